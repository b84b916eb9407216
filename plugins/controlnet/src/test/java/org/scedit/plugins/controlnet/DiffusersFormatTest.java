package org.scedit.plugins.controlnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.TinyUNet;

class DiffusersFormatTest {
    private static final UNetLayout UNET = new UNet(ConfigFile.of(Path.of("TinyUNet"), TinyUNet.config())).layout();

    private final DiffusersFormat format = new DiffusersFormat();

    private static Content<ControlNetConfig> content(ControlNetConfig config) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        ControlNetLayers.of(config, UNET).weights(UNET).forEach((name, shape) -> {
            float[] values = new float[(int) shape.size()];
            values[0] = weights.size();
            weights.put(name, new WeightFile.Tensor(shape.getShape(), values));
        });
        return new Content<>(config, weights);
    }

    private static Content<ControlNetConfig> content() {
        return content(new ControlNetConfig("depth", List.of(2, 4, 4, 8), List.of(), false));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        for (ControlNetConfig config : List.of(
                new ControlNetConfig("depth", List.of(2, 4, 4, 8), List.of(), true),
                new ControlNetConfig("canny", List.of(5), List.of(1.0, 0.25), false),
                new ControlNetConfig("canny", List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), List.of(), false))) {
            WeightFile written = format.write(content(config), UNET);
            assertThat(format.matches(written)).isTrue();
            assertThat(format.read(written, UNET)).usingRecursiveComparison().isEqualTo(content(config));
        }
    }

    @Test
    void itsConfigurationSaysWhatTheLayoutTellsAndWhatItSharesWithTheUNets() {
        assertThat(Json.object(format.write(content(), UNET).config())).isEqualTo(Json.object("""
                {
                  "_class_name": "ControlNetModel",
                  "attention_head_dim": 2,
                  "block_out_channels": [8, 16, 16, 16],
                  "conditioning_channels": 3,
                  "conditioning_embedding_out_channels": [2, 4, 4, 8],
                  "controlnet_conditioning_channel_order": "rgb",
                  "cross_attention_dim": 8,
                  "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
                  "global_pool_conditions": false,
                  "in_channels": 4,
                  "layers_per_block": 2,
                  "norm_num_groups": 4,
                  "transformer_layers_per_block": [1, 1, 1, 1],
                  "use_linear_projection": false
                }
                """));
    }

    @ParameterizedTest
    @CsvSource({
        "global_pool_conditions, true, false",
        "controlnet_conditioning_channel_order, bgr, rgb",
        "conditioning_channels, 1, 3"
    })
    void aControlNetOfAnotherKindIsRefused(String key, String value, String supported) {
        var other = new WeightFile(content().weights(), Map.of(), "{\"" + key + "\": \"" + value + "\"}");
        assertThatThrownBy(() -> format.read(other, UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "its configuration has " + key + " " + value + "; a ControlNet is read only with " + supported);
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(content().weights());
        tensors.remove("conv_in.bias");
        tensors.put("controlnet_mid_block.bias", new WeightFile.Tensor(new long[] {3}, new float[3]));
        tensors.put("up_blocks.0.resnets.0.conv1.bias", new WeightFile.Tensor(new long[] {3}, new float[3]));
        assertThatThrownBy(() -> format.read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        3 weights do not fit
                          conv_in.bias is missing
                          controlnet_mid_block.bias is (3), this U-Net needs (16)
                          up_blocks.0.resnets.0.conv1.bias belongs to nothing in this U-Net""");
    }
}
