package org.scedit.plugins.sctuner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.TinyUNet;
import org.scedit.testkit.TunerContract;

class ScTunerTest extends TunerContract<ScTunerConfig> {
    @Override
    protected TunerProvider<ScTunerConfig> provider() {
        return new ScTunerProvider();
    }

    @Override
    protected ScTunerConfig settings() {
        return new ScTunerConfig(0.5, List.of());
    }

    /** For a skip of c channels and width w = c / 2: weights and biases of c → w and w → c. */
    @Override
    protected long parameterCount() {
        long count = 0;
        for (int c : TinyUNet.SKIP_CHANNELS) {
            int w = c / 2;
            count += c * w + w + w * c + c;
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of(
                "down_ration: 0.5",
                """
                recipe.yaml:4:5   unknown key 'down_ration' for tuner 'sc-tuner'; did you mean 'down_ratio'?
                1 problem, nothing was started""",
                "down_ratio: 0",
                """
                recipe.yaml:4:5   tuners[0].down_ratio must be above 0 and at most 4, got 0
                1 problem, nothing was started""",
                "down_ratio: 4.5",
                """
                recipe.yaml:4:5   tuners[0].down_ratio must be above 0 and at most 4, got 4.5
                1 problem, nothing was started""",
                "down_ratio: wide",
                """
                recipe.yaml:4:5   tuners[0].down_ratio must be a number, got 'wide'
                1 problem, nothing was started""",
                "skips: [0, 3, 0]",
                """
                recipe.yaml:4:5   tuners[0].skips must not name a skip twice, got [0, 3, 0]
                1 problem, nothing was started""",
                "skips: [-1]",
                """
                recipe.yaml:4:13   tuners[0].skips[0] must be at least 0, got -1
                1 problem, nothing was started""",
                "scale: -1\nskips: all",
                """
                recipe.yaml:4:5   tuners[0].scale must be at least 0, got -1; 0 is the base model, 1 the trained strength
                recipe.yaml:5:5   tuners[0].skips must be a list, such as [1, 2], got 'all'
                2 problems, nothing was started""");
    }

    @Test
    void residualIsTheEquation() {
        // one pixel, 8 channels: only channel 0 of the skip and hidden channel 0 have weights.
        // hidden = 2 · 0.5 + 0.25 = 1.25; gelu(1.25) = 1.25 · Φ(1.25) = 1.25 · 0.894350 = 1.117938
        // residual = 3 · 1.117938 + 0.125 = 3.478813
        TunerInstance tuner = tuner("by hand", new ScTunerConfig(1, List.of(11)), 1);
        set(tuner, "ln1.weight", 2);
        set(tuner, "ln1.bias", 0.25f);
        set(tuner, "ln2.weight", 3);
        set(tuner, "ln2.bias", 0.125f);
        SkipPoint point = base().layout().skips().get(11);
        NDArray skip = Torch.of(base().manager(), new float[] {0.5f, 9, 9, 9, 9, 9, 9, 9}, new Shape(1, 8, 1, 1));

        float[] residual = Torch.floats(tuner.tuner().skips().get(point).residual(skip, null));

        assertThat(residual).hasSize(8);
        assertThat(residual[0]).isCloseTo(3.478813f, within(1e-5f));
    }

    /** The first number to {@code value}, all others to zero. */
    private static void set(TunerInstance tuner, String name, float value) {
        NDArray array = tuner.arrays().get("lsc_identity.11.tuner_op." + name);
        float[] values = new float[(int) array.getShape().size()];
        values[0] = value;
        array.set(values);
    }

    @ParameterizedTest
    @CsvSource({"1.0, 19680000", "0.5, 9844800", "0.25, 4927200", "0.1, 1976640"})
    void parametersOnStableDiffusion15AreThePublishedOnes(double downRatio, long expected) throws IOException {
        try (TunerInstance tuner = TunerInstance.create(
                "sc-tuner", provider(), new ScTunerConfig(downRatio, List.of()), stableDiffusion15(), 0)) {
            assertThat(tuner.parameterCount()).isEqualTo(expected);
        }
    }

    @Test
    void skipsOfStableDiffusion15AreThePublishedOnes() throws IOException {
        assertThat(stableDiffusion15().layout().skips().stream().map(SkipPoint::channels))
                .containsExactly(1280, 1280, 1280, 1280, 1280, 640, 640, 640, 320, 320, 320, 320);
    }

    private static UNet stableDiffusion15() throws IOException {
        try (var in = ScTunerTest.class.getResourceAsStream("sd15-unet-config.json")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new UNet(ConfigFile.of(
                    Path.of("sd15-unet-config.json"),
                    JsonParser.parseString(json).getAsJsonObject()));
        }
    }

    @Test
    void onlyTheChosenSkipsAreEdited() {
        TunerInstance tuner = tuner("some", new ScTunerConfig(1, List.of(0, 5)), 1);
        assertThat(tuner.tuner().skips().keySet()).extracting(SkipPoint::index).containsExactly(0, 5);
        assertThat(tuner.arrays())
                .containsOnlyKeys(
                        "lsc_identity.0.tuner_op.ln1.weight",
                        "lsc_identity.0.tuner_op.ln1.bias",
                        "lsc_identity.0.tuner_op.ln2.weight",
                        "lsc_identity.0.tuner_op.ln2.bias",
                        "lsc_identity.5.tuner_op.ln1.weight",
                        "lsc_identity.5.tuner_op.ln1.bias",
                        "lsc_identity.5.tuner_op.ln2.weight",
                        "lsc_identity.5.tuner_op.ln2.bias");
    }

    @Test
    void aSkipThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> tuner("far", new ScTunerConfig(1, List.of(12)), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'far': skips names skip 12, but this U-Net has skips 0 (deepest) to 11");
    }

    @Test
    void aRatioThatLeavesNoChannelIsRefused() {
        assertThatThrownBy(() -> tuner("thin", new ScTunerConfig(0.1, List.of()), 1))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "tuner 'thin': down_ratio 0.1 leaves no hidden channel at skip 8 of 8 channels; use at least"
                                + " 1/8");
    }
}
