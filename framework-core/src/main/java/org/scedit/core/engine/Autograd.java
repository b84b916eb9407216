package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Automatic differentiation on this thread: while one is open, operators on arrays that need gradients are recorded.
 * Elsewhere nothing is, so a frozen forward pass keeps no activations.
 */
public final class Autograd implements AutoCloseable {
    private Autograd() {
        Torch.prepare();
        JniUtils.setGradMode(true);
    }

    /** Starts recording; close it to stop. */
    public static Autograd record() {
        return new Autograd();
    }

    /**
     * Adds {@code weight} · d{@code loss}/d{@code x} to the gradient of every array {@code x} that needs one.
     *
     * @param loss a scalar
     */
    public void backward(NDArray loss, double weight) {
        try (NDArray seed = Torch.of(loss.getManager(), new float[] {(float) weight}, loss.getShape())) {
            JniUtils.backward((PtNDArray) loss, (PtNDArray) seed, false, false);
        }
    }

    /** {@link #backward(NDArray, double)} with weight 1. */
    public void backward(NDArray loss) {
        backward(loss, 1);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(false);
    }
}
