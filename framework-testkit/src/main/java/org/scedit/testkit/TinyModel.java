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
    private static final String XL_INDEX = """
            {"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": true,
             "scheduler": ["diffusers", "EulerDiscreteScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "tokenizer_2": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
            """;
    /** Three blocks, the first without attention, and pooled text of width 6 with six sizes of four sinusoids. */
    private static final String XL_UNET = """
            {"_class_name": "UNet2DConditionModel", "sample_size": 8, "in_channels": 4, "out_channels": 4,
             "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
             "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
             "block_out_channels": [8, 16, 16], "layers_per_block": 2, "norm_num_groups": 4,
             "attention_head_dim": [1, 2, 4], "cross_attention_dim": 20, "transformer_layers_per_block": [1, 1, 2],
             "use_linear_projection": true, "addition_embed_type": "text_time", "addition_time_embed_dim": 4,
             "projection_class_embeddings_input_dim": 30}
            """;

    private static final String XL_TEXT_ENCODER_2 = """
            {"architectures": ["CLIPTextModelWithProjection"], "model_type": "clip_text_model", "hidden_act": "gelu",
             "hidden_size": 12, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2,
             "projection_dim": 6}
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

    /** {@link #writeStableDiffusion} for inpainting: the U-Net takes a mask and a masked picture beside the latents. */
    public static void writeStableDiffusionInpainting(Path folder, long seed) {
        JsonObject unet = TinyUNet.config();
        unet.addProperty("in_channels", 9);
        String index = INDEX.replace("StableDiffusionPipeline", "StableDiffusionInpaintPipeline");
        write(folder, index, SCHEDULER, unet, json(DEEP_AUTOENCODER), List.of(json(TEXT_ENCODER)), seed);
    }

    /**
     * {@link #writeStableDiffusion} of 2.1's form: velocity is predicted, projections are linear, heads differ from block
     * to block.
     */
    public static void writeStableDiffusion21(Path folder, long seed) {
        JsonObject unet = TinyUNet.config();
        unet.addProperty("use_linear_projection", true);
        unet.addProperty("upcast_attention", true);
        unet.add("attention_head_dim", JsonParser.parseString("[1, 2, 4, 4]"));
        JsonObject text = json(TEXT_ENCODER);
        text.addProperty("hidden_act", "gelu");
        write(
                folder,
                INDEX,
                SCHEDULER.replace("\"epsilon\"", "\"v_prediction\""),
                unet,
                json(DEEP_AUTOENCODER),
                List.of(text),
                seed);
    }

    /**
     * {@link #writeStableDiffusion} of XL's form: two text encoders, pooled text and sizes, layers for each block, three
     * blocks.
     */
    public static void writeStableDiffusionXl(Path folder, long seed) {
        write(
                folder,
                XL_INDEX,
                SCHEDULER,
                json(XL_UNET),
                json(DEEP_AUTOENCODER),
                List.of(json(TEXT_ENCODER), json(XL_TEXT_ENCODER_2)),
                seed);
    }

    private static void write(Path folder, String autoencoder, long seed) {
        write(folder, INDEX, SCHEDULER, TinyUNet.config(), json(autoencoder), List.of(json(TEXT_ENCODER)), seed);
    }

    private static void write(
            Path folder,
            String index,
            String scheduler,
            JsonObject unet,
            JsonObject autoencoder,
            List<JsonObject> texts,
            long seed) {
        AtomicFiles.writeText(folder.resolve("model_index.json"), index);
        AtomicFiles.writeText(folder.resolve("scheduler/scheduler_config.json"), scheduler);
        part(folder.resolve("unet"), DiffusionModel.WEIGHTS, unet, new UNet(config(unet)).parameters(), seed);
        part(
                folder.resolve("vae"),
                DiffusionModel.WEIGHTS,
                autoencoder,
                new Autoencoder(config(autoencoder)).parameters(),
                seed + 1);
        for (int i = 0; i < texts.size(); i++) {
            String number = i == 0 ? "" : "_" + (i + 1);
            JsonObject text = texts.get(i);
            text.addProperty(
                    "vocab_size", BpeTrainer.train(CAPTIONS, 20, PROMPT_TOKENS, folder.resolve("tokenizer" + number)));
            text.addProperty("max_position_embeddings", PROMPT_TOKENS);
            part(
                    folder.resolve("text_encoder" + number),
                    DiffusionModel.TEXT_WEIGHTS,
                    text,
                    new TextEncoder(config(text)).parameters(),
                    seed + 2 + i);
        }
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static ConfigFile config(JsonObject values) {
        return ConfigFile.of(Path.of("TinyModel"), values);
    }

    private static void part(Path folder, String file, JsonObject config, ParameterSet parameters, long seed) {
        AtomicFiles.writeText(folder.resolve("config.json"), config.toString());
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
