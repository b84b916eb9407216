package org.scedit.core.model.single;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.scedit.core.UserException;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.ParameterSet;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.model.single.OriginalModels.UNetSettings;
import org.scedit.core.weights.DType;
import org.scedit.core.weights.PartWeights;
import org.scedit.core.weights.TensorSource;
import org.scedit.core.weights.WeightSource;

/** The published models at full size, by names and shapes: every tensor becomes a parameter, and every one is filled. */
class PublishedModelsTest {
    private static final Path FILE = Path.of("model.safetensors");

    private static Shapes shapes(Map<String, long[]> tensors) {
        return new Shapes(FILE, "", new TreeMap<>(tensors));
    }

    /** Shapes by diffusers' name; sizes of 1 at the end are left off, as 1×1 convolutions hold a linear layer's numbers. */
    private static Map<String, List<Long>> mapped(LdmPart part, Map<String, long[]> tensors) {
        Map<String, List<Long>> mapped = new HashMap<>();
        for (Map.Entry<String, long[]> each : tensors.entrySet()) {
            var alone = new ShapesOnly(Map.of(each.getKey(), each.getValue()));
            PartWeights.of(alone, part::place).tensors().forEach((name, placed) -> assertThat(
                            mapped.put(name, trimmed(placed.shape())))
                    .as(name)
                    .isNull());
        }
        return mapped;
    }

    /** Tensors whose numbers nobody reads. */
    private record ShapesOnly(Map<String, long[]> shapes) implements TensorSource {
        @Override
        public Path path() {
            return FILE;
        }

        @Override
        public Map<String, WeightSource.Entry> tensors() {
            Map<String, WeightSource.Entry> entries = new HashMap<>();
            shapes.forEach((name, shape) -> entries.put(name, new WeightSource.Entry(name, DType.F16, shape)));
            return entries;
        }

        @Override
        public boolean isMapped() {
            return false;
        }

        @Override
        public ByteBuffer data(String name) {
            throw new AssertionError("only shapes are needed");
        }
    }

    private static Map<String, List<Long>> expected(ParameterSet parameters) {
        Map<String, List<Long>> expected = new HashMap<>();
        parameters.shapes().forEach((name, shape) -> expected.put(name, trimmed(shape.getShape())));
        return expected;
    }

    private static List<Long> trimmed(long[] shape) {
        int end = shape.length;
        while (end > 2 && shape[end - 1] == 1) {
            end--;
        }
        return java.util.Arrays.stream(shape, 0, end).boxed().toList();
    }

    private static ConfigFile config(JsonObject values) {
        return ConfigFile.of(FILE, values);
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static void holds(JsonObject config, String expected) {
        json(expected).entrySet().forEach(each -> assertThat(config.get(each.getKey()))
                .as(each.getKey())
                .isEqualTo(each.getValue()));
    }

    @Test
    void stableDiffusion15() {
        Map<String, long[]> file = OriginalModels.unet(UNetSettings.SD15);
        assertThat(file).hasSize(686); // as counted in the published file
        var unet = new LdmUNet(shapes(file));
        holds(unet.config(), """
                {"in_channels": 4, "out_channels": 4, "block_out_channels": [320, 640, 1280, 1280],
                 "down_block_types":
                   ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
                 "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
                 "layers_per_block": [2, 2, 2, 2], "attention_head_dim": [8, 8, 8, 8], "cross_attention_dim": 768,
                 "transformer_layers_per_block": [1, 1, 1, 1], "use_linear_projection": false}
                """);
        assertThat(mapped(unet, file)).isEqualTo(expected(new UNet(config(unet.config())).parameters()));
    }

    @Test
    void inpaintingTakesNineChannels() {
        Map<String, long[]> file = OriginalModels.unet(UNetSettings.SD15_INPAINTING);
        var unet = new LdmUNet(shapes(file));
        holds(unet.config(), "{\"in_channels\": 9, \"out_channels\": 4}");
        assertThat(mapped(unet, file)).isEqualTo(expected(new UNet(config(unet.config())).parameters()));
    }

    @Test
    void stableDiffusion21() {
        Map<String, long[]> file = OriginalModels.unet(UNetSettings.SD21);
        assertThat(file).hasSize(686);
        var unet = new LdmUNet(shapes(file));
        holds(unet.config(), """
                {"attention_head_dim": [5, 10, 20, 20], "cross_attention_dim": 1024, "use_linear_projection": true}
                """);
        assertThat(mapped(unet, file)).isEqualTo(expected(new UNet(config(unet.config())).parameters()));
    }

    @Test
    void sdxl() {
        Map<String, long[]> file = OriginalModels.unet(UNetSettings.SDXL);
        assertThat(file).hasSize(1680);
        var unet = new LdmUNet(shapes(file));
        JsonObject config = unet.config();
        holds(config, """
                {"block_out_channels": [320, 640, 1280], "attention_head_dim": [5, 10, 20],
                 "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
                 "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
                 "transformer_layers_per_block": [1, 2, 10], "cross_attention_dim": 2048}
                """);
        // what the U-Net's own shapes do not tell apart, and comes from the text encoder's
        config.addProperty("addition_embed_type", "text_time");
        config.addProperty("addition_time_embed_dim", 256);
        config.addProperty("projection_class_embeddings_input_dim", unet.addedChannels());
        assertThat(mapped(unet, file)).isEqualTo(expected(new UNet(config(config)).parameters()));
    }

    /** A few names of the published files and where diffusers has them, from its own converted models. */
    @Test
    void wellKnownNamesOfAUNet() {
        var unet = new LdmUNet(shapes(OriginalModels.unet(UNetSettings.SD15)));
        Map<String, String> names = Map.of(
                "time_embed.2.bias", "time_embedding.linear_2.bias",
                "input_blocks.0.0.weight", "conv_in.weight",
                "input_blocks.3.0.op.weight", "down_blocks.0.downsamplers.0.conv.weight",
                "input_blocks.4.0.skip_connection.weight", "down_blocks.1.resnets.0.conv_shortcut.weight",
                "input_blocks.11.0.emb_layers.1.weight", "down_blocks.3.resnets.1.time_emb_proj.weight",
                "middle_block.1.transformer_blocks.0.attn2.to_k.weight",
                        "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight",
                "output_blocks.2.1.conv.weight", "up_blocks.0.upsamplers.0.conv.weight",
                "output_blocks.5.2.conv.weight", "up_blocks.1.upsamplers.0.conv.weight",
                "output_blocks.11.1.proj_out.bias", "up_blocks.3.attentions.2.proj_out.bias",
                "out.2.weight", "conv_out.weight");
        names.forEach((key, name) -> assertThat(unet.name(key)).contains(name));
        assertThat(unet.name("input_blocks.12.0.in_layers.0.weight")).isEmpty();
        assertThat(unet.name("input_blocks.1.0.in_layers.1.weight")).isEmpty();
        assertThat(unet.name("out")).isEmpty();
    }

    @Test
    void autoencoder() {
        Map<String, long[]> file = OriginalModels.autoencoder(128, List.of(1, 2, 4, 4), 2, 4);
        assertThat(file).hasSize(248); // as counted in the published file
        var autoencoder = new LdmAutoencoder(shapes(file), 0.18215);
        holds(autoencoder.config(), """
                {"in_channels": 3, "out_channels": 3, "latent_channels": 4, "block_out_channels": [128, 256, 512, 512],
                 "layers_per_block": 2, "use_quant_conv": true, "scaling_factor": 0.18215}
                """);
        assertThat(mapped(autoencoder, file))
                .isEqualTo(expected(new Autoencoder(config(autoencoder.config())).parameters()));
        assertThat(autoencoder.name("decoder.up.3.upsample.conv.weight"))
                .contains("decoder.up_blocks.0.upsamplers.0.conv.weight");
        assertThat(autoencoder.name("decoder.up.x.upsample.conv.weight")).isEmpty();
        assertThat(autoencoder.name("decoder.mid.attn_1.extra.weight")).isEmpty();
    }

    @Test
    void clipL() {
        Map<String, long[]> file = OriginalModels.clip(49408, 768, 12);
        assertThat(file).hasSize(197);
        var encoder = new ClipTextEncoder(shapes(file));
        holds(encoder.config(), """
                {"vocab_size": 49408, "max_position_embeddings": 77, "hidden_size": 768, "intermediate_size": 3072,
                 "num_hidden_layers": 12, "num_attention_heads": 12, "hidden_act": "quick_gelu", "eos_token_id": 49407}
                """);
        assertThat(mapped(encoder, file)).isEqualTo(expected(new TextEncoder(config(encoder.config())).parameters()));
    }

    @Test
    void clipWithoutThePrefixOfItsModel() {
        Map<String, long[]> file = new HashMap<>();
        OriginalModels.clip(300, 64, 2).forEach((key, shape) -> file.put(key.substring("text_model.".length()), shape));
        var encoder = new ClipTextEncoder(shapes(file));
        assertThat(mapped(encoder, file)).isEqualTo(expected(new TextEncoder(config(encoder.config())).parameters()));
    }

    /** Whatever is missing: a message, or a parameter that stays empty, which the loader tells. */
    @Test
    void aFileThatLacksOneTensorIsNeverTakenForWhole() {
        eachMissing(OriginalModels.unet(UNetSettings.SMALL), shapes -> {
            var part = new LdmUNet(shapes);
            return Map.entry(part, new UNet(config(part.config())).parameters());
        });
        eachMissing(OriginalModels.autoencoder(32, List.of(1, 2), 1, 4), shapes -> {
            var part = new LdmAutoencoder(shapes, 1);
            return Map.entry(part, new Autoencoder(config(part.config())).parameters());
        });
        eachMissing(OriginalModels.openClip(300, 64, 2, 32), shapes -> {
            var part = new OpenClipTextEncoder(shapes, false);
            return Map.entry(part, new TextEncoder(config(part.config())).parameters());
        });
    }

    private static void eachMissing(
            Map<String, long[]> whole, Function<Shapes, Map.Entry<? extends LdmPart, ParameterSet>> read) {
        for (String missing : whole.keySet()) {
            Map<String, long[]> rest = new HashMap<>(whole);
            rest.remove(missing);
            try {
                var made = read.apply(shapes(rest));
                Map<String, List<Long>> mapped = mapped(made.getKey(), rest);
                if (!made.getKey().isUnused(missing)) {
                    assertThat(mapped.keySet())
                            .as(missing)
                            .isNotEqualTo(expected(made.getValue()).keySet());
                }
            } catch (UserException e) {
                assertThat(e).hasMessageContaining(FILE.toString());
            }
        }
    }

    /** Stable Diffusion 2 takes the states before the last layer; diffusers' encoder has 23 of the 24. */
    @Test
    void openClipH() {
        Map<String, long[]> file = OriginalModels.openClip(49408, 1024, 24, 1024);
        var encoder = new OpenClipTextEncoder(shapes(file), false);
        holds(encoder.config(), """
                {"hidden_size": 1024, "num_hidden_layers": 23, "num_attention_heads": 16, "hidden_act": "gelu",
                 "architectures": ["CLIPTextModel"]}
                """);
        assertThat(mapped(encoder, file)).isEqualTo(expected(new TextEncoder(config(encoder.config())).parameters()));
        assertThat(encoder.isUnused("transformer.resblocks.23.ln_1.weight")).isTrue();
        assertThat(encoder.isUnused("transformer.resblocks.22.ln_1.weight")).isFalse();
    }

    @Test
    void openClipBigG() {
        Map<String, long[]> file = OriginalModels.openClip(49408, 1280, 32, 1280);
        var encoder = new OpenClipTextEncoder(shapes(file), true);
        holds(encoder.config(), """
                {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 20, "intermediate_size": 5120,
                 "projection_dim": 1280, "architectures": ["CLIPTextModelWithProjection"]}
                """);
        assertThat(mapped(encoder, file)).isEqualTo(expected(new TextEncoder(config(encoder.config())).parameters()));
    }
}
