package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import org.scedit.api.UNetLayout;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;

/**
 * A U-Net of Stable Diffusion 1.x's form, four blocks and twelve skips, with 8 to 16 channels and random weights:
 * milliseconds on one thread, which libtorch is limited to while it is open. Close it to free its weights and the inputs
 * made for it.
 */
public final class TinyUNet implements AutoCloseable {
    /** Channels of the skips in decoder order. */
    public static final int[] SKIP_CHANNELS = {16, 16, 16, 16, 16, 16, 16, 16, 8, 8, 8, 8};

    private static final String CONFIG = """
            {"_class_name": "UNet2DConditionModel", "sample_size": 8, "in_channels": 4, "out_channels": 4,
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
             "block_out_channels": [8, 16, 16, 16], "layers_per_block": 2, "norm_num_groups": 4,
             "attention_head_dim": 2, "cross_attention_dim": 8}
            """;

    private static final int BATCH = 2;
    /** Leaves the mid block four pixels: the query of a single one has no gradient. */
    private static final int SIDE = 16;

    private static final int PIXELS_PER_LATENT = 8;
    private static final int TOKENS = 5;
    private static final float[] TIMESTEPS = {17, 801};

    private final int threads = Torch.threads();
    private final NDManager manager = Torch.newManager();
    private final UNet unet;
    private final TunedUNet tuned;
    private final NDArray latents;
    private final NDArray text;

    /** @param seed of weights and inputs */
    public TinyUNet(long seed) {
        // the arrays are so small that a second thread only waits
        Torch.setThreads(1);
        unet = new UNet(ConfigFile.of(Path.of("TinyUNet"), config()));
        unet.parameters().randomise(manager, seed, Precision.FLOAT32);
        tuned = new TunedUNet(unet, Precision.FLOAT32);
        latents = Torch.normal(manager, seed + 1, new Shape(BATCH, 4, SIDE, SIDE));
        text = Torch.normal(manager, seed + 2, new Shape(BATCH, TOKENS, unet.textChannels()));
    }

    /** Its {@code config.json}. */
    public static JsonObject config() {
        return JsonParser.parseString(CONFIG).getAsJsonObject();
    }

    /** What it offers to tuners. */
    public UNetLayout layout() {
        return unet.layout();
    }

    /** Shape of its latents and of its prediction: {@code (2, 4, 16, 16)}. */
    public Shape shape() {
        return latents.getShape();
    }

    /** The U-Net itself. */
    public UNet unet() {
        return unet;
    }

    /** The U-Net that tuners are put on. */
    public TunedUNet tuned() {
        return tuned;
    }

    /** Its inputs' owner. */
    public NDManager manager() {
        return manager;
    }

    /** One prediction for its fixed inputs with the tuners on it, of {@link #shape}; belongs to {@link #manager}. */
    public NDArray forward() {
        try (Scope scope = new Scope()) {
            tuned.conditions(this::map);
            return scope.keep(tuned.forward(latents, TIMESTEPS, text));
        }
    }

    /**
     * {@link #forward} as a training step does it; recorded for gradients where the caller records.
     *
     * @param seed of what tuners drop
     */
    public NDArray forwardTraining(long seed) {
        try (Scope scope = new Scope()) {
            tuned.conditions(this::map);
            return scope.keep(tuned.forwardTraining(latents, TIMESTEPS, TextCondition.of(text), seed));
        }
    }

    /** A condition map of every name, {@code (2, 3, 128, 128)}, the same each time. */
    private NDArray map(String name) {
        Torch.seed(name.hashCode());
        return manager.randomUniform(0, 1, new Shape(BATCH, 3, PIXELS_PER_LATENT * SIDE, PIXELS_PER_LATENT * SIDE));
    }

    /** The numbers of {@link #forward}. */
    public float[] predict() {
        try (Scope scope = new Scope()) {
            return Torch.floats(forward());
        }
    }

    @Override
    public void close() {
        tuned.close();
        manager.close();
        Torch.setThreads(threads);
    }
}
