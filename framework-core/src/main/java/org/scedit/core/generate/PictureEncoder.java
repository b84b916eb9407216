package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.TiledAutoencoder;

/** Draws latents from the distribution that an autoencoder tells of a picture, multiplied by its scale. */
public final class PictureEncoder {
    private final Autoencoder autoencoder;
    private final TiledAutoencoder tiled;

    /** @param autoencoder with weights; stays the caller's */
    public PictureEncoder(Autoencoder autoencoder) {
        this.autoencoder = autoencoder;
        tiled = new TiledAutoencoder(autoencoder);
    }

    /**
     * One draw.
     *
     * @param manager for what is computed on the way; nothing stays with it
     * @param pixels  in -1..1, {@code 3 · height · width} numbers
     * @param width   in pixels, a multiple of the autoencoder's downsampling
     * @param height  likewise
     * @param seed    of the draw
     * @return {@code channels · height · width} numbers
     */
    public float[] latents(NDManager manager, float[] pixels, int width, int height, long seed) {
        try (Scope scope = new Scope()) {
            NDArray moments = tiled.encode(Torch.of(manager, pixels, new Shape(1, 3, height, width)));
            float[] latents = Torch.floats(autoencoder.mean(moments));
            float[] logVariance = Torch.floats(autoencoder.logVariance(moments));
            float[] noise = Torch.floats(Torch.normal(manager, seed, new Shape(latents.length)));
            for (int i = 0; i < latents.length; i++) {
                double drawn = latents[i] + Math.exp(0.5 * logVariance[i]) * noise[i];
                latents[i] = (float) (autoencoder.scalingFactor() * drawn);
            }
            return latents;
        }
    }
}
