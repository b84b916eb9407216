package org.scedit.plugins.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.TunerContract;

class FullTest extends TunerContract<FullConfig> {
    private static final String WEIGHT = "conv_in.weight";

    @Override
    protected TunerProvider<FullConfig> provider() {
        return new FullProvider();
    }

    @Override
    protected FullConfig settings() {
        return new FullConfig(List.of("*"));
    }

    @Override
    protected long parameterCount() {
        return base().unet().parameters().count();
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("parameter: ['*']", """
                recipe.yaml:4:5   unknown key 'parameter' for tuner 'full'; did you mean 'parameters'?
                1 problem, nothing was started""", "parameters: []", """
                recipe.yaml:4:5   tuners[0].parameters must hold at least one pattern, such as '*'
                1 problem, nothing was started""", "parameters: '*'", """
                recipe.yaml:4:5   tuners[0].parameters must be a list, such as ["one", "two"], got '*'
                1 problem, nothing was started""");
    }

    @Test
    void starTrainsEverything() {
        assertThat(tuner("all", settings(), 1).shapes())
                .isEqualTo(base().layout().parameters());
    }

    @Test
    void aPatternTrainsWhatItMatches() {
        TunerInstance biases = tuner("bitfit", new FullConfig(List.of("*.bias")), 1);
        assertThat(biases.shapes().keySet())
                .isNotEmpty()
                .allMatch(name -> name.endsWith(".bias"))
                .containsAll(base().layout().parameters().keySet().stream()
                        .filter(name -> name.endsWith(".bias"))
                        .toList());
    }

    @Test
    void patternsMayOverlap() {
        TunerInstance tuner = tuner("two", new FullConfig(List.of("conv_in.*", WEIGHT, "conv_out.bias")), 1);
        assertThat(tuner.shapes()).containsOnlyKeys(WEIGHT, "conv_in.bias", "conv_out.bias");
    }

    @Test
    void aPatternThatMatchesNothingIsRefused() {
        assertThatThrownBy(() -> tuner("lost", new FullConfig(List.of("*.bias", "conv_im.*")), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'lost': parameters pattern 'conv_im.*' matches none of the U-Net's "
                        + base().layout().parameters().size() + " parameters, such as 'conv_in.weight'");
    }

    @Test
    void theBaseKeepsItsWeights() {
        NDArray weight = base().unet().parameters().get(WEIGHT).value();
        float[] before = Torch.floats(weight);
        TunerInstance tuner = trained("trained", 1);
        predict(tuner, 1);
        assertThat(base().unet().parameters().get(WEIGHT).value()).isSameAs(weight);
        assertThat(Torch.floats(weight)).isEqualTo(before);
    }

    @Test
    void halfTheScaleIsHalfTheWay() {
        float[] before = Torch.floats(base().unet().parameters().get(WEIGHT).value());
        TunerInstance tuner = trained("trained", 1);
        float[] trained = Torch.floats(tuner.arrays().get(WEIGHT));
        base().tuned().attach(tuner, 0.5);
        float[] blended = Torch.floats(base().unet().parameters().get(WEIGHT).value());
        for (int i = 0; i < blended.length; i++) {
            assertThat(blended[i]).isCloseTo((before[i] + trained[i]) / 2, within(1e-6f));
        }
    }
}
