package org.scedit.plugins.ia3;

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
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.OneLayer;
import org.scedit.testkit.TunerContract;
import org.scedit.testkit.TunerRecipe;

class Ia3Test extends TunerContract<Ia3Config> {
    @Override
    protected TunerProvider<Ia3Config> provider() {
        return new Ia3Provider();
    }

    /** Inputs and outputs of both kinds of layers. */
    @Override
    protected Ia3Config settings() {
        return new Ia3Config(List.of("to_k", "ff.net.2", "conv1", "conv2"), List.of("ff.net.2", "conv2"));
    }

    /** A factor for each channel of the output, or of the input. */
    @Override
    protected long parameterCount() {
        long count = 0;
        for (LayerPoint layer : base().layout().layers()) {
            if (layer.path().matches(".*\\.(ff\\.net\\.2|conv2)")) {
                count += layer.inChannels();
            } else if (layer.path().matches(".*\\.(to_k|conv1)")) {
                count += layer.outChannels();
            }
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("feedforward: ff.net.2\nrank: 4", """
            recipe.yaml:4:5   tuners[0].feedforward must be a list, such as ["one", "two"], got 'ff.net.2'
            recipe.yaml:5:5   unknown key 'rank' for tuner 'ia3'; known keys: use, name, scale, weights, merge,\
             targets, feedforward
            2 problems, nothing was started\
            """);
    }

    private OneLayer layer(float... bias) {
        return OneLayer.of(base().manager(), new float[] {1, 2}, new float[] {3, 4, 0, 1}, bias);
    }

    @Test
    void anOutputIsScaledWithItsBias() {
        // y = (3 4; 0 1) · (1, 2) + (1, -2) = (12, 0); l = (3, 5): residual = 2 · 12, 4 · 0
        OneLayer layer = layer(1, -2);
        var config = new Ia3Config(List.of("layer"), List.of());
        LayerResidual residual = layer.residual(provider(), config, Map.of("ia3_l", new float[] {3, 5}));

        assertThat(layer.of(residual)).containsExactly(new float[] {24, 0}, within(1e-5f));
        assertThat(residual.weightDelta(layer.weight()))
                .as("which cannot scale a bias")
                .isEmpty();
    }

    @Test
    void withoutBiasItIsAChangeOfTheWeight() {
        // y = (11, 2): residual = 2 · 11, 4 · 2
        OneLayer layer = layer();
        var config = new Ia3Config(List.of("layer"), List.of());
        LayerResidual residual = layer.residual(provider(), config, Map.of("ia3_l", new float[] {3, 5}));

        assertThat(layer.of(residual)).containsExactly(new float[] {22, 8}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {22, 8}, within(1e-5f));
    }

    @Test
    void aFeedForwardLayersInputIsScaled() {
        // l ∘ x - x = (2 · 1, 4 · 2): residual = (3 4; 0 1) · (2, 8)
        OneLayer layer = layer(1, -2);
        var config = new Ia3Config(List.of("layer"), List.of("layer"));
        LayerResidual residual = layer.residual(provider(), config, Map.of("ia3_l", new float[] {3, 5}));

        assertThat(layer.of(residual)).containsExactly(new float[] {38, 8}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {38, 8}, within(1e-5f));
    }

    @Test
    void theDefaultSettingsScaleKeysValuesAndWhatComesIntoTheLastFeedForwardLayer() {
        assertThat(TunerRecipe.settings(provider()))
                .isEqualTo(new Ia3Config(List.of("to_k", "to_v", "ff.net.2"), List.of("ff.net.2")));
    }

    @Test
    void aFeedForwardPatternOfNoTunedLayerIsRefused() {
        assertThatThrownBy(() -> tuner("wrong", new Ia3Config(List.of("to_k", "to_v"), List.of("ff.net.2")), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'wrong': feedforward names 'ff.net.2', which matches none of the chosen layers; the"
                        + " nearest are transformer_blocks.0.attn1.to_k, transformer_blocks.0.attn1.to_v,"
                        + " transformer_blocks.0.attn2.to_k");
    }

    @Test
    void mergedItPredictsTheSame() {
        TunerInstance tuner = tuner("keys", new Ia3Config(List.of("to_k", "ff.net.2"), List.of("ff.net.2")), 1);
        tuner.arrays().values().forEach(array -> array.muli(array.add(array)));
        float[] untouched = base().predict();
        float[] expected = predict(tuner, 0.7);
        base().tuned().attach(tuner, 0.7);
        base().tuned().merge("keys");
        assertThat(base().predict()).containsExactly(expected, within(1e-4f)).isNotEqualTo(untouched);
    }
}
