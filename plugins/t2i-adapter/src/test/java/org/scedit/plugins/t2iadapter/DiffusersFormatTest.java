package org.scedit.plugins.t2iadapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.FeaturePoint;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.plugins.t2iadapter.T2iAdapterConfig.Type;

class DiffusersFormatTest {
    private static final UNetLayout UNET = unet(4, 8, 8, 8);

    private final DiffusersFormat format = new DiffusersFormat();

    /** @param channels of the encoder blocks, then of the mid block */
    private static UNetLayout unet(int... channels) {
        List<FeaturePoint> points = new ArrayList<>();
        for (int i = 0; i < channels.length; i++) {
            String name = i < channels.length - 1 ? "down_blocks." + i : FeaturePoint.MID_BLOCK;
            points.add(new FeaturePoint(name, channels[i], 1 << i));
        }
        return new UNetLayout(List.of(), points, List.of(), Map.of());
    }

    private static Content<T2iAdapterConfig> content(T2iAdapterConfig config, UNetLayout unet) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        AdapterLayers.of(config, unet).weights().forEach((name, shape) -> {
            float[] values = new float[(int) shape.size()];
            values[0] = weights.size();
            weights.put(name, new WeightFile.Tensor(shape.getShape(), values));
        });
        return new Content<>(config, weights);
    }

    @ParameterizedTest
    @CsvSource({"FULL, 3, 8, 1, 0", "FULL, 1, 16, 3, 4", "LIGHT, 3, 8, 2, 0", "LIGHT, 1, 5, 1, 4", "FULL, 3, 1, 1, 1"})
    void whatIsWrittenIsReadBack(Type type, int mapChannels, int downscaleFactor, int numResBlocks, int features) {
        var config = new T2iAdapterConfig("depth", type, mapChannels, downscaleFactor, numResBlocks, features);
        var content = content(config, UNET);
        WeightFile written = format.write(content, UNET);
        assertThat(format.matches(written)).isTrue();
        assertThat(format.read(written, UNET)).usingRecursiveComparison().isEqualTo(content);
    }

    @Test
    void aLightAdaptersLastChannelsAreNotNamed() {
        var config = new T2iAdapterConfig("depth", Type.LIGHT, 3, 8, 2, 0);
        assertThat(format.write(content(config, UNET), UNET).config()).isEqualTo("""
                {
                  "_class_name": "T2IAdapter",
                  "adapter_type": "light_adapter",
                  "channels": [4, 8],
                  "downscale_factor": 8,
                  "in_channels": 3,
                  "num_res_blocks": 2
                }
                """);
    }

    @Test
    void aLightAdapterThatWidensLastCannotBeWritten() {
        UNetLayout widening = unet(4, 8, 12, 12);
        var content = content(new T2iAdapterConfig("depth", Type.LIGHT, 3, 8, 2, 0), widening);
        assertThatThrownBy(() -> format.write(content, widening))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("diffusers' light adapter has as many channels at its last level as at the one before, this"
                        + " one has [4, 8] and then 12; change features, or use type full");
    }

    @Test
    void anAdapterOfAnotherTypeIsRefused() {
        WeightFile written = format.write(content(new T2iAdapterConfig("depth", Type.FULL, 3, 8, 2, 0), UNET), UNET);
        var xl = new WeightFile(
                written.tensors(), Map.of(), written.config().replace("full_adapter", "full_adapter_xl"));
        assertThatThrownBy(() -> format.read(xl, UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its configuration has adapter_type full_adapter_xl; a T2I-Adapter is read only of"
                        + " full_adapter and light_adapter");
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(content(new T2iAdapterConfig("depth", Type.FULL, 3, 8, 1, 0), UNET)
                .weights());
        tensors.remove("adapter.conv_in.bias");
        tensors.put("stranger", new WeightFile.Tensor(new long[] {1}, new float[1]));
        assertThatThrownBy(() -> format.read(new WeightFile(tensors, Map.of(), ""), unet(4, 8, 4, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        8 weights do not fit
                          adapter.conv_in.bias is missing
                          adapter.body.2.in_conv.weight is missing
                          adapter.body.2.in_conv.bias is missing
                          adapter.body.2.resnets.0.block1.weight is (8, 8, 3, 3), this U-Net needs (4, 4, 3, 3)
                          adapter.body.2.resnets.0.block1.bias is (8), this U-Net needs (4)
                          adapter.body.2.resnets.0.block2.weight is (8, 8, 1, 1), this U-Net needs (4, 4, 1, 1)
                          adapter.body.2.resnets.0.block2.bias is (8), this U-Net needs (4)
                          stranger belongs to nothing in this U-Net""");
    }
}
