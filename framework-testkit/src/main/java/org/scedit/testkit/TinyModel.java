package org.scedit.testkit;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.core.AtomicFiles;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ParameterSet;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.text.BpeTrainer;
import org.scedit.core.weights.SafetensorsWriter;

/** A complete model folder in diffusers' layout around the {@link TinyUNet}, with random weights: pictures of noise. */
public final class TinyModel {
    /** Side of its pictures in pixels; twice that of its latents. */
    public static final int PICTURE_SIZE = 16;

    private static final int PROMPT_TOKENS = 16;
    private static final List<String> CAPTIONS = List.of("a red circle", "a blue square", "two green triangles");

    private static final String INDEX = """
            {"_class_name": "StableDiffusionPipeline",
             "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"]}
            """;
    private static final String SCHEDULER = """
            {"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
             "clip_sample": false, "num_train_timesteps": 1000, "prediction_type": "epsilon",
             "set_alpha_to_one": false, "steps_offset": 1, "timestep_spacing": "trailing"}
            """;
    /** Stable Diffusion's four blocks, an eighth of a picture's sides. */
    private static final String DEEP_AUTOENCODER = """
            {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4,
             "block_out_channels": [8, 8, 8, 8], "layers_per_block": 1, "norm_num_groups": 4, "sample_size": 64,
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",
                                  "DownEncoderBlock2D"],
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"],
             "scaling_factor": 0.5}
            """;

    private static final String AUTOENCODER = """
            {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4,
             "block_out_channels": [8, 8], "layers_per_block": 1, "norm_num_groups": 4, "sample_size": 16,
             "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
             "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"], "scaling_factor": 0.5}
            """;
    private static final String TEXT_ENCODER = """
            {"model_type": "clip_text_model", "hidden_act": "quick_gelu", "hidden_size": 8, "intermediate_size": 16,
             "num_attention_heads": 2, "num_hidden_layers": 1, "layer_norm_eps": 1e-5}
            """;

    private TinyModel() {}

    /**
     * Writes the folder.
     *
     * @param folder made if missing
     * @param seed   of all weights
     */
    public static void write(Path folder, long seed) {
        write(folder, AUTOENCODER, seed);
    }

    /**
     * Writes the folder of a model of Stable Diffusion 1.5's form throughout, as recipes for that one need it: latents are
     * an eighth of the picture's sides, which are 64 pixels.
     *
     * @param folder made if missing
     * @param seed   of all weights
     */
    public static void writeStableDiffusion(Path folder, long seed) {
        write(folder, DEEP_AUTOENCODER, seed);
    }

    private static void write(Path folder, String autoencoderConfig, long seed) {
        AtomicFiles.writeText(folder.resolve("model_index.json"), INDEX);
        AtomicFiles.writeText(folder.resolve("scheduler/scheduler_config.json"), SCHEDULER);
        int vocabulary = BpeTrainer.train(CAPTIONS, 20, PROMPT_TOKENS, folder.resolve("tokenizer"));
        JsonObject text = JsonParser.parseString(TEXT_ENCODER).getAsJsonObject();
        text.addProperty("vocab_size", vocabulary);
        text.addProperty("max_position_embeddings", PROMPT_TOKENS);
        JsonObject autoencoder = JsonParser.parseString(autoencoderConfig).getAsJsonObject();
        part(folder.resolve("unet"), DiffusionModel.WEIGHTS, new UNet(config(TinyUNet.config())).parameters(), seed);
        part(
                folder.resolve("vae"),
                DiffusionModel.WEIGHTS,
                new Autoencoder(config(autoencoder)).parameters(),
                seed + 1);
        part(
                folder.resolve("text_encoder"),
                DiffusionModel.TEXT_WEIGHTS,
                new TextEncoder(config(text)).parameters(),
                seed + 2);
        AtomicFiles.writeText(
                folder.resolve("unet/config.json"), TinyUNet.config().toString());
        AtomicFiles.writeText(folder.resolve("vae/config.json"), autoencoder.toString());
        AtomicFiles.writeText(folder.resolve("text_encoder/config.json"), text.toString());
    }

    private static ConfigFile config(JsonObject values) {
        return ConfigFile.of(Path.of("TinyModel"), values);
    }

    private static void part(Path folder, String file, ParameterSet parameters, long seed) {
        try (NDManager manager = Torch.newManager()) {
            parameters.randomise(manager, seed, Precision.FLOAT32);
            Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
            parameters
                    .all()
                    .forEach(each -> tensors.put(
                            each.name(),
                            SafetensorsWriter.Tensor.f32(
                                    Torch.floats(each.value()), each.shape().getShape())));
            SafetensorsWriter.write(folder.resolve(file), tensors, Map.of("format", "pt"));
        }
    }
}
