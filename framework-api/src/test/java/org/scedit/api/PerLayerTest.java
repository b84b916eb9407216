package org.scedit.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PerLayerTest {
    private static final List<LayerPoint> LAYERS = Layers.unet().layers();

    private static Map<LayerPoint, Integer> values(PerLayer<Integer> setting) {
        return setting.of(LAYERS);
    }

    @Test
    void whatIsStatedIsKeptIfItIsTrue() {
        var stated = new PerLayer<>(4, Map.of("mid_block.attn1.*", 2, "gone", 9));
        assertThat(PerLayer.describe(values(stated), Optional.of(stated)))
                .isEqualTo(new PerLayer<>(4, Map.of("mid_block.attn1.*", 2)));
    }

    @Test
    void elseTheStatedGeneralValueIsIfALayerHasIt() {
        Map<LayerPoint, Integer> values = values(new PerLayer<>(4, Map.of("conv_in", 2)));
        assertThat(PerLayer.describe(values, Optional.of(new PerLayer<>(2, Map.of())))
                        .general())
                .isEqualTo(2);
        assertThat(PerLayer.describe(values, Optional.of(new PerLayer<>(7, Map.of()))))
                .isEqualTo(new PerLayer<>(4, Map.of("conv_in", 2)));
    }

    @Test
    void whereNothingIsStatedTheMostFrequentValueIsTheGeneralOne() {
        Map<String, Integer> patterns = new LinkedHashMap<>();
        patterns.put("conv_out", 3);
        patterns.put("attn2.to_q", 8);
        assertThat(PerLayer.describe(values(new PerLayer<>(1, patterns)), Optional.empty()))
                .isEqualTo(new PerLayer<>(1, patterns));
    }
}
