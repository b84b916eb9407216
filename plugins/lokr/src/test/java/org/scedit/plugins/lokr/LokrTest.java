package org.scedit.plugins.lokr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.TunerProvider;
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.OneLayer;
import org.scedit.testkit.TunerContract;
import org.scedit.testkit.TunerRecipe;

class LokrTest extends TunerContract<LokrConfig> {
    @Override
    protected TunerProvider<LokrConfig> provider() {
        return new LokrProvider();
    }

    /** Whole factors and products, with a core and without. */
    @Override
    protected LokrConfig settings() {
        return new LokrConfig(
                1,
                1.5,
                List.of("to_q", "conv1", "conv_in"),
                Map.of("conv_in", 4),
                Map.of("mid_block.*", 0.5),
                true,
                -1,
                true);
    }

    /** Sides of 8 are split as 2 · 4, 16 as 4 · 4, 24 as 4 · 6, 32 as 4 · 8 and 4 as 2 · 2. */
    @Override
    protected long parameterCount() {
        Map<Integer, Integer> left = Map.of(4, 2, 8, 2, 16, 4, 24, 4, 32, 4);
        long count = 0;
        for (LayerPoint layer : base().layout().layers()) {
            int in = layer.inChannels();
            int out = layer.outChannels();
            if (layer.path().equals("conv_in")) {
                count += 2 * 2 + 4 * 2 * 9; // whole at rank 4
            } else if (layer.path().matches(".*\\.(to_q|conv1)")) {
                boolean whole = left.get(in) == 2 && left.get(out) == 2;
                count += whole ? 2 * 2 : left.get(in) + left.get(out);
                count += in / left.get(in) + out / left.get(out) + (layer.kernel() == 3 ? 9 : 0);
            }
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("decompose_factor: 0", """
            recipe.yaml:4:5   tuners[0].decompose_factor must be -1 or positive, got 0
            1 problem, nothing was started\
            """, "decompose_factor: -2\ndecompose: true", """
            recipe.yaml:4:5   tuners[0].decompose_factor must be at least -1, got -2
            recipe.yaml:5:5   unknown key 'decompose' for tuner 'lokr'; did you mean 'decompose_factor'?
            2 problems, nothing was started\
            """);
    }

    @Test
    void residualIsTheEquation() {
        // sides split as 2 · 1: C = (1 0; 0 2), the right factor (3): alpha / rank · C ⊗ 3 = 2 · (3 0; 0 6)
        OneLayer layer = OneLayer.of(base().manager(), new float[] {1, 0.5f}, new float[4], 9, 9);
        LayerResidual residual = layer.residual(
                provider(),
                new LokrConfig(1, 2, List.of("layer"), Map.of(), Map.of(), false, 2, false),
                Map.of("lokr_w1", new float[] {1, 0, 0, 2}, "lokr_w2", new float[] {3}));

        assertThat(layer.of(residual)).containsExactly(new float[] {6, 6}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {6, 6}, within(1e-5f));
    }

    @Test
    void theLargeFactorIsAProduct() {
        // sides split as 1 · 4: C = (2), A · B has the rows 1 · B, 3 · B, 0, 0; x takes columns 1 and 3 of B, 1 + 100
        OneLayer layer = OneLayer.of(base().manager(), new float[] {1, 0, 1, 0}, new float[16]);
        LayerResidual residual = layer.residual(
                provider(),
                new LokrConfig(1, 1, List.of("layer"), Map.of(), Map.of(), false, 1, false),
                Map.of(
                        "lokr_w1", new float[] {2},
                        "lokr_w2_a", new float[] {1, 3, 0, 0},
                        "lokr_w2_b", new float[] {1, 10, 100, 1000}));

        assertThat(layer.of(residual)).containsExactly(new float[] {202, 606, 0, 0}, within(1e-3f));
    }

    @ParameterizedTest
    @CsvSource({
        "256, -1, 16, 16",
        "128, -1, 8, 16",
        "127, -1, 1, 127",
        "320, -1, 16, 20",
        "1280, -1, 32, 40",
        "1, -1, 1, 1",
        "128, 4, 4, 32",
        "320, 16, 16, 20",
        "4, 8, 2, 2",
        "320, 32, 32, 10",
        "768, 7, 6, 128",
    })
    void sidesAreSplitAsInPeft(int side, int factor, int left, int right) {
        assertThat(Split.of(side, factor)).isEqualTo(new Split(left, right));
    }

    @Test
    void theDefaultSettingsAreThoseOfPeft() {
        assertThat(TunerRecipe.settings(provider()))
                .isEqualTo(new LokrConfig(
                        8,
                        8,
                        List.of("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"),
                        Map.of(),
                        Map.of(),
                        false,
                        -1,
                        false));
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
