package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.scedit.api.AddedConditions;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;

/**
 * A timestep as the U-Net sees it, and what is added to it.
 * <pre>
 * embedding = time_embedding(sinusoids(t)) + add_embedding([pooled text, sinusoids(sizes)])
 * </pre>
 * Both are two linear layers with SiLU between them; the second is there in Stable Diffusion XL (diffusers'
 * {@code addition_embed_type: text_time}).
 */
final class TimeEmbedding {
    private final int channels;
    private final Layers time;
    private final Optional<UNetConfig.Addition> addition;
    private final Optional<Layers> added;
    private final Ops ops;

    private record Layers(LinearLayer first, LinearLayer second, Ops ops) {
        static Layers of(ModelBuilder model, String path, int in, int out) {
            return new Layers(
                    new LinearLayer(model, path + ".linear_1", in, out, true),
                    new LinearLayer(model, path + ".linear_2", out, out, true),
                    model.ops());
        }

        NDArray forward(NDArray x, Hooks hooks) {
            return second.forward(ops.silu(first.forward(x, hooks)), hooks);
        }
    }

    TimeEmbedding(ModelBuilder model, UNetConfig config) {
        ops = model.ops();
        channels = config.baseChannels();
        time = Layers.of(model, "time_embedding", channels, config.timeChannels());
        addition = config.addition();
        added = addition.map(each -> Layers.of(model, "add_embedding", each.channels(), config.timeChannels()));
    }

    /**
     * @param timesteps  0..999, one for each picture
     * @param conditions there if the U-Net takes some
     * @param manager    owns the result
     * @return SiLU of the embedding, which is what every ResNet takes, {@code (batch, timeChannels)}
     * @throws IllegalArgumentException if conditions are missing, of another width, or not as many as timesteps
     */
    NDArray forward(
            float[] timesteps,
            Optional<AddedConditions> conditions,
            NDManager manager,
            Precision precision,
            Hooks hooks) {
        NDArray embedding = time.forward(sinusoids(timesteps, timesteps.length, channels, manager, precision), hooks);
        if (added.isPresent()) {
            NDArray told = told(timesteps.length, conditions, manager, precision);
            embedding = ops.add(embedding, added.get().forward(told, hooks));
        }
        return ops.silu(embedding);
    }

    /** Pooled text and sinusoids of the sizes beside each other, {@code (batch, addition's channels)}. */
    private NDArray told(int batch, Optional<AddedConditions> conditions, NDManager manager, Precision precision) {
        UNetConfig.Addition form = addition.orElseThrow();
        AddedConditions given = conditions.orElseThrow(() -> new IllegalArgumentException(
                "this U-Net takes pooled text and picture sizes besides the text states, and none were given"));
        float[] sizes = given.sizes();
        Shape expected = new Shape(batch, form.pooledChannels());
        if (!given.pooledText().getShape().equals(expected) || sizes.length != batch * UNetConfig.Addition.SIZES) {
            throw new IllegalArgumentException(
                    "the pooled text has shape " + given.pooledText().getShape() + " and there are " + sizes.length
                            + " sizes, expected " + expected + " and " + batch * UNetConfig.Addition.SIZES);
        }
        return ops.concat(
                ops.to(given.pooledText(), precision),
                sinusoids(sizes, batch, form.sizeChannels(), manager, precision));
    }

    /** Cosines, then sines, of each value; the rows hold those of one picture: {@code (rows, channels · values / rows)}. */
    private NDArray sinusoids(float[] values, int rows, int channels, NDManager manager, Precision precision) {
        int half = channels / 2;
        float[] sinusoids = new float[values.length * channels];
        for (int n = 0; n < values.length; n++) {
            for (int i = 0; i < half; i++) {
                // in float32 like the reference: at t = 999 the rounding of the product is visible
                float frequency = (float) Math.exp((float) (-Math.log(10000) * i / half));
                float angle = values[n] * frequency;
                sinusoids[n * channels + i] = (float) Math.cos(angle);
                sinusoids[n * channels + half + i] = (float) Math.sin(angle);
            }
        }
        return ops.to(Torch.of(manager, sinusoids, new Shape(rows, sinusoids.length / rows)), precision);
    }
}
