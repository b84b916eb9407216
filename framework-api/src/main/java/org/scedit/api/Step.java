package org.scedit.api;

/**
 * One evaluation of the U-Net, as its tuners see it.
 *
 * @param timesteps the noise level of each picture of the batch, 0 (clean) to 999 (noise) for the usual schedule
 */
public record Step(float[] timesteps) {
    public Step {
        timesteps = timesteps.clone();
    }

    @Override
    public float[] timesteps() {
        return timesteps.clone();
    }
}
