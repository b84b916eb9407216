package org.scedit.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayerRanksTest {
    private static final UNetLayout UNET = Layers.unet();
    private static final PerLayer<Double> AS_RANKS = new PerLayer<>(0.0, Map.of());

    @Test
    void layersHaveTheGeneralRankAndAlphaOrTheirOwn() {
        LayerRanks ranks = LayerRanks.of(
                List.of("attn1.to_q", "conv_in"),
                new PerLayer<>(3, Map.of("conv_in", 2)),
                new PerLayer<>(6.0, Map.of("mid_block.*", 1.5)),
                UNET);

        assertThat(Layers.paths(ranks.ranks().keySet()))
                .containsExactly("conv_in", "down_blocks.0.attn1.to_q", "mid_block.attn1.to_q");
        assertThat(ranks.ranks().values()).containsExactly(2, 3, 3);
        assertThat(ranks.alphas().values()).containsExactly(6.0, 6.0, 1.5);
    }

    @Test
    void alphaZeroIsEachLayersRank() {
        var ranks = new PerLayer<>(3, Map.of("conv_in", 2));
        assertThat(LayerRanks.of(List.of("mid_block.attn1.to_q", "conv_in"), ranks, AS_RANKS, UNET)
                        .alphas()
                        .values())
                .containsExactly(2.0, 3.0);
    }

    @Test
    void theGeneralRankIsAtMostALayersSmallerSide() {
        // 8 inputs · 3 · 3 pixels, 4 outputs
        assertThatThrownBy(() ->
                        LayerRanks.limited(List.of("to_q", "conv_out"), new PerLayer<>(5, Map.of()), AS_RANKS, UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank 5 is above the smaller side of layer conv_out, 4; use at most that, or give the layer"
                        + " a rank of its own in rank_pattern");
    }

    @Test
    void aRankOfItsOwnIsTakenAsItIs() {
        var five = new PerLayer<>(5, Map.of("attn2.to_q", 6));
        List<LayerPoint> layers = LayerTargets.select("targets", List.of("to_q", "conv_out"), UNET);

        PerLayer<Integer> named = LayerRanks.named(five, layers);

        assertThat(named.patterns()).isEqualTo(Map.of("attn2.to_q", 6, "conv_out", 5));
        assertThat(LayerRanks.limited(List.of("to_q", "conv_out"), named, AS_RANKS, UNET)
                        .ranks()
                        .values())
                .containsExactly(5, 6, 5, 6, 5);
    }
}
