package org.scedit.plugins.loha;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.OneLayer;
import org.scedit.testkit.TunerContract;
import org.scedit.testkit.TunerRecipe;

class LohaTest extends TunerContract<LohaConfig> {
    @Override
    protected TunerProvider<LohaConfig> provider() {
        return new LohaProvider();
    }

    /** All kinds of layers: linear, 3×3 with a core, 1×1 without one. */
    @Override
    protected LohaConfig settings() {
        return new LohaConfig(
                2, 3, List.of("conv1", "to_q", "proj_in"), Map.of("conv1", 3), Map.of("mid_block.*", 1.5), true);
    }

    /** Two factors, each rank times inputs and outputs; those of a 3×3 convolution have rank² · 9 more. */
    @Override
    protected long parameterCount() {
        long count = 0;
        for (LayerPoint layer : base().layout().layers()) {
            long sides = (long) layer.inChannels() + layer.outChannels();
            if (layer.path().endsWith(".conv1")) {
                count += 2 * (3 * sides + 3 * 3 * 9);
            } else if (layer.path().matches(".*\\.(to_q|proj_in)")) {
                count += 2 * 2 * sides;
            }
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("alpa: 4", """
            recipe.yaml:4:5   unknown key 'alpa' for tuner 'loha'; did you mean 'alpha'?
            1 problem, nothing was started\
            """, "rank: 0\nrank_pattern: { to_q: 0 }\ntucker: 1", """
            recipe.yaml:4:5   tuners[0].rank must be positive, got 0
            recipe.yaml:5:21   tuners[0].rank_pattern.to_q must be positive, got 0
            recipe.yaml:6:5   tuners[0].tucker must be true or false, got '1'; write true
            3 problems, nothing was started\
            """);
    }

    private static LohaConfig config(int rank, double alpha, String... targets) {
        return new LohaConfig(rank, alpha, List.of(targets), Map.of(), Map.of(), false);
    }

    @Test
    void residualIsTheEquation() {
        // A₁B₁ = (1 2; 3 6), A₂B₂ = (5 5; 1 1): ΔW = 2 · (5 10; 3 6); x = (1, 0.5): ΔW x = 2 · (10, 6)
        OneLayer layer = OneLayer.of(base().manager(), new float[] {1, 0.5f}, new float[4], 9, 9);
        LayerResidual residual = layer.residual(
                provider(),
                config(1, 2, "layer"),
                Map.of(
                        "hada_w1_a", new float[] {1, 3},
                        "hada_w1_b", new float[] {1, 2},
                        "hada_w2_a", new float[] {5, 1},
                        "hada_w2_b", new float[] {1, 1}));

        assertThat(layer.of(residual)).containsExactly(new float[] {20, 12}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {20, 12}, within(1e-5f));
    }

    @Test
    void onlyTheLastFactorIsZeroAtFirst() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        tuner.arrays().forEach((name, array) -> {
            boolean zero = true;
            for (float value : Torch.floats(array)) {
                zero &= value == 0;
            }
            assertThat(zero).as(name).isEqualTo(name.endsWith("hada_w2_b"));
        });
    }

    @Test
    void theDefaultSettingsAreThoseOfPeft() {
        assertThat(TunerRecipe.settings(provider()))
                .isEqualTo(config(8, 8, "to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"));
    }

    @Test
    void aRankAboveALayersSmallerSideIsRefused() {
        assertThatThrownBy(() -> tuner("wide", config(5, 1, "conv_out"), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'wide': rank 5 is above the smaller side of layer conv_out, 4; use at most that, or"
                        + " give the layer a rank of its own in rank_pattern");
    }

    @Test
    void mergedItPredictsTheSame() {
        TunerInstance tuner = trained("trained", 1);
        float[] expected = predict(tuner, 0.7);
        base().tuned().attach(tuner, 0.7);
        base().tuned().merge("trained");
        assertThat(base().predict()).containsExactly(expected, within(1e-4f));
    }
}
