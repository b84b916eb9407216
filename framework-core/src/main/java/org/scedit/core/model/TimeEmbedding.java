package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;

/** A timestep as the U-Net sees it: sinusoids, cosines first, through two linear layers. */
final class TimeEmbedding {
    private final int channels;
    private final LinearLayer first;
    private final LinearLayer second;
    private final Ops ops;

    /**
     * @param channels    how many sinusoids, half of them cosines
     * @param outChannels width of the result
     */
    TimeEmbedding(ModelBuilder model, String path, int channels, int outChannels) {
        this.channels = channels;
        ops = model.ops();
        first = new LinearLayer(model, path + ".linear_1", channels, outChannels, true);
        second = new LinearLayer(model, path + ".linear_2", outChannels, outChannels, true);
    }

    /**
     * @param timesteps 0..999, one for each picture
     * @param manager   owns the result
     * @return SiLU of the embedding, which is what every ResNet takes, {@code (batch, outChannels)}
     */
    NDArray forward(float[] timesteps, NDManager manager, Precision precision, Hooks hooks) {
        NDArray embedded =
                ops.to(Torch.of(manager, sinusoids(timesteps), new Shape(timesteps.length, channels)), precision);
        return ops.silu(second.forward(ops.silu(first.forward(embedded, hooks)), hooks));
    }

    private float[] sinusoids(float[] timesteps) {
        int half = channels / 2;
        float[] sinusoids = new float[timesteps.length * channels];
        for (int n = 0; n < timesteps.length; n++) {
            for (int i = 0; i < half; i++) {
                // in float32 like the reference: at t = 999 the rounding of the product is visible
                float frequency = (float) Math.exp((float) (-Math.log(10000) * i / half));
                float angle = timesteps[n] * frequency;
                sinusoids[n * channels + i] = (float) Math.cos(angle);
                sinusoids[n * channels + half + i] = (float) Math.sin(angle);
            }
        }
        return sinusoids;
    }
}
