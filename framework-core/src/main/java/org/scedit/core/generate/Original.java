package org.scedit.core.generate;

/**
 * What a {@link Start} is in latents.
 *
 * @param latents of the picture, multiplied by the autoencoder's scale, {@code channels · height · width} numbers
 * @param mask    {@code height · width} numbers, 1 where is drawn anew and 0 where the picture is kept; empty: no mask
 * @param kept    latents of the picture with grey where it is drawn anew; empty unless the U-Net takes them
 */
public record Original(float[] latents, float[] mask, float[] kept) {
    /** Latents with those of the picture where it is kept. */
    float[] keeping(float[] drawn, float[] picture) {
        float[] both = drawn.clone();
        for (int i = 0; i < both.length; i++) {
            if (mask[i % mask.length] == 0) {
                both[i] = picture[i];
            }
        }
        return both;
    }
}
