package org.scedit.api;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** One evaluation of the U-Net, as its tuners see it. */
public interface Step {
    /** The noise level of each picture of the batch, 0 (clean) to 999 (noise) for the usual schedule. */
    float[] timesteps();

    /** What the U-Net is given, {@code (batch, channels, height, width)}, float32. */
    NDArray latents();

    /** The text states, {@code (batch, tokens, width)}, float32. */
    NDArray text();

    /** What the U-Net is told besides the text states; empty (the default) for all but Stable Diffusion XL's. */
    default Optional<AddedConditions> added() {
        return Optional.empty();
    }

    /** Whether gradients are recorded for a training step. */
    boolean training();

    /**
     * Whether a training step keeps only what goes into the layers of U-Net blocks and computes them again for their
     * gradients. Residuals of layers are then asked for twice, with the same arrays and the same dropped elements.
     */
    default boolean gradientCheckpointing() {
        return false;
    }

    /**
     * In training, {@code x} with each element zeroed with the given probability and the others scaled up to the same
     * mean; else {@code x} itself. The elements follow from the training's seed and the step, so a resumed run drops the
     * same.
     *
     * @param probability 0..1, below 1
     */
    NDArray dropout(NDArray x, double probability);
}
