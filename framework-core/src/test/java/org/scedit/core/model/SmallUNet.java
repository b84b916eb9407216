package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;

/** Two blocks, the first with attention, of 4 and 8 channels, random weights and two inputs to go with them. */
final class SmallUNet implements AutoCloseable {
    private static final String CONFIG = """
            {"_class_name": "UNet2DConditionModel", "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "block_out_channels": [4, 8],
             "layers_per_block": 1, "norm_num_groups": 2, "attention_head_dim": 2, "cross_attention_dim": 6}
            """;

    final NDManager manager = Torch.newManager();
    final UNet unet;
    final NDArray latents = Torch.normal(manager, 1, new Shape(2, 4, 6, 4));
    final float[] timesteps = {17, 801};
    final NDArray text = Torch.normal(manager, 2, new Shape(2, 3, 6));

    /** Its {@code config.json}. */
    static JsonObject config() {
        return JsonParser.parseString(CONFIG).getAsJsonObject();
    }

    SmallUNet() {
        this(config());
    }

    SmallUNet(JsonObject config) {
        unet = new UNet(ConfigFile.of(Path.of("SmallUNet"), config));
        unet.parameters().randomise(manager, 3, Precision.FLOAT32);
    }

    NDArray forward(Hooks hooks) {
        return unet.forward(latents, timesteps, text, Precision.FLOAT32, hooks);
    }

    NDArray forward(TextCondition condition) {
        return unet.forward(latents, timesteps, condition, Precision.FLOAT32, Hooks.NONE);
    }

    @Override
    public void close() {
        manager.close();
    }
}
