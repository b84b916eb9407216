package org.scedit.api.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.scedit.api.LayerPoint;
import org.scedit.api.Layers;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

class LayerTensorsTest {
    private static final UNetLayout UNET = Layers.unet();

    private static LayerTensors tensors(String... names) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            tensors.put(name, tensor(2, 3));
        }
        return LayerTensors.of(
                tensors, UNET, name -> Optional.of(name).filter(Set.of("down", "up.weight", "alpha")::contains));
    }

    private static WeightFile.Tensor tensor(int rows, int columns) {
        return new WeightFile.Tensor(new long[] {rows, columns}, new float[rows * columns]);
    }

    @Test
    void layersAreFoundUnderEveryToolsNames() {
        LayerTensors found = tensors(
                "unet.mid_block.attn1.to_out.0.up.weight",
                "lora_unet_mid_block_attn1_to_k.down",
                "base_model.model.conv_in.down",
                "down_blocks.0.attn2.to_q.down");

        assertThat(found.named())
                .containsOnlyKeys(
                        "conv_in.down",
                        "down_blocks.0.attn2.to_q.down",
                        "mid_block.attn1.to_k.down",
                        "mid_block.attn1.to_out.0.up.weight");
        assertThat(Layers.paths(found.layers()))
                .containsExactly(
                        "conv_in", "down_blocks.0.attn2.to_q", "mid_block.attn1.to_k", "mid_block.attn1.to_out.0");
    }

    @Test
    void theyAreWrittenUnderAnyNames() {
        assertThat(tensors("mid_block.attn1.to_out.0.up.weight")
                        .named(LayerTensors::flat, name -> name.replace("up", "lora_up")))
                .containsOnlyKeys("lora_unet_mid_block_attn1_to_out_0.lora_up.weight");
    }

    @Test
    void whatBelongsToNothingIsListed() {
        assertThatThrownBy(
                        () -> tensors("conv_in.down", "conv_on.down", "conv_in.middle", "conv_in", "unet.conv_in.down"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    conv_on.down belongs to nothing in this U-Net
                    conv_in.middle belongs to nothing in this U-Net
                    conv_in belongs to nothing in this U-Net
                    unet.conv_in.down is there twice, under different names\
                    """);
    }

    @Test
    void textEncodersAreRefused() {
        assertThatThrownBy(() -> tensors("conv_in.down", "text_encoder.q_proj.down", "lora_te_text_model_q_proj.down"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("2 of its 3 weights tune a text encoder, which is not supported yet; save it again without"
                        + " them: text_encoder.q_proj.down, lora_te_text_model_q_proj.down");
    }

    @Test
    void aParameterIsChangedInEveryLayer() {
        LayerTensors found = tensors("conv_in.down", "conv_in.alpha", "conv_out.down");

        assertThat(found.with("alpha", (layer, alpha) -> null).named())
                .containsOnlyKeys("conv_in.down", "conv_out.down");
        assertThat(found.with("alpha", (layer, alpha) -> alpha == null ? tensor(1, 1) : alpha)
                        .all("alpha")
                        .values())
                .extracting(alpha -> alpha.values().length)
                .containsExactly(6, 1);
    }

    @Test
    void sizesOfAllLayersAreTold() {
        assertThat(tensors("conv_in.down", "conv_out.down").sizes("down", 1).values())
                .containsExactly(3, 3);
    }

    @Test
    void aSizeThatIsNotThereIsRefused() {
        Map<LayerPoint, Map<String, WeightFile.Tensor>> odd = new LinkedHashMap<>();
        List<LayerPoint> layers = UNET.layers();
        odd.put(layers.get(0), Map.of("up", tensor(1, 1)));
        odd.put(layers.get(1), Map.of("down", new WeightFile.Tensor(new long[0], new float[1])));
        odd.put(layers.get(2), Map.of("down", tensor(0, 4)));
        assertThatThrownBy(() -> new LayerTensors(odd).sizes("down", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    conv_in.down is missing
                    down_blocks.0.attn1.to_q.down is (), which is no matrix
                    down_blocks.0.attn1.to_k.down is (0, 4), which is no matrix\
                    """);
    }

    @Test
    void theyMustBeWhatATunerHas() {
        LayerTensors found = tensors("conv_in.down", "conv_in.alpha");
        assertThat(found.named(Map.of("conv_in.alpha", new Shape(2, 3), "conv_in.down", new Shape(2, 3))))
                .hasSize(2);

        Map<String, Shape> expected = new LinkedHashMap<>();
        expected.put("conv_in.up.weight", new Shape(1));
        expected.put("conv_in.down", new Shape(3, 2));
        assertThatThrownBy(() -> found.named(expected))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    conv_in.up.weight is missing
                    conv_in.down is (2, 3), this U-Net needs (3, 2)
                    conv_in.alpha belongs to nothing in a tuner with these settings\
                    """);
    }
}
