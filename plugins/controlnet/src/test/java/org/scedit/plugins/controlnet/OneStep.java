package org.scedit.plugins.controlnet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.scedit.api.Step;
import org.scedit.core.engine.Torch;
import org.scedit.testkit.TinyUNet;

/** One evaluation of a {@link TinyUNet} for one picture. */
record OneStep(TinyUNet unet) implements Step {
    @Override
    public float[] timesteps() {
        return new float[] {500};
    }

    @Override
    public NDArray latents() {
        return Torch.normal(unet.manager(), 1, new Shape(1, 4, 8, 8));
    }

    @Override
    public NDArray text() {
        return Torch.normal(unet.manager(), 2, new Shape(1, 5, 8));
    }

    @Override
    public boolean training() {
        return false;
    }

    @Override
    public NDArray dropout(NDArray x, double probability) {
        return x;
    }
}
