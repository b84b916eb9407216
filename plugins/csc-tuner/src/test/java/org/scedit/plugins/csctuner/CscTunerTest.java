package org.scedit.plugins.csctuner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.TinyUNet;
import org.scedit.testkit.TunerContract;

class CscTunerTest extends TunerContract<CscTunerConfig> {
    @Override
    protected TunerProvider<CscTunerConfig> provider() {
        return new CscTunerProvider();
    }

    @Override
    protected CscTunerConfig settings() {
        return new CscTunerConfig("canny", 0.5, 0.25, 8, 3, List.of());
    }

    /** Seven convolutions, one for each skip from the outermost in, and a bottleneck of half its channels for each. */
    @Override
    protected long parameterCount() {
        int[] preHint = {3, 4, 4, 8, 8, 24, 24, 8};
        long count = 0;
        for (int i = 1; i < preHint.length; i++) {
            count += convolution(preHint[i - 1], preHint[i]);
        }
        int before = 8;
        for (int i = TinyUNet.SKIP_CHANNELS.length - 1; i >= 0; i--) {
            int c = TinyUNet.SKIP_CHANNELS[i];
            int w = c / 2;
            count += convolution(before, c) + c * w + w + w * c + c;
            before = c;
        }
        return count;
    }

    private static long convolution(int in, int out) {
        return 9L * in * out + out;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of(
                "control: canny",
                """
                recipe.yaml:4:5   unknown key 'control' for tuner 'csc-tuner'; known keys: use, name, scale, weights,\
                 merge, condition, down_ratio, dim_ratio, hint_channels, kernel, skips
                1 problem, nothing was started""",
                "condition: ''",
                """
                recipe.yaml:4:5   tuners[0].condition must name a condition map, such as canny
                1 problem, nothing was started""",
                "kernel: 2",
                """
                recipe.yaml:4:5   tuners[0].kernel must be 1 or 3, got 2
                1 problem, nothing was started""",
                "dim_ratio: 0.05\nhint_channels: 0",
                """
                recipe.yaml:4:5   tuners[0].dim_ratio must be from 0.0625 to 16, got 0.05
                recipe.yaml:5:5   tuners[0].hint_channels must be from 1 to 4096, got 0
                2 problems, nothing was started""",
                "skips: [0, 3, 0]",
                """
                recipe.yaml:4:5   tuners[0].skips must not name a skip twice, got [0, 3, 0]
                1 problem, nothing was started""");
    }

    @Test
    void residualIsTheEquation() {
        // only the outermost hint's first channel has a bias, so that hint = 0.25 whatever the map
        // hidden = 2 · (0.5 + 0.25) + 0.25 = 1.75; gelu(1.75) = 1.75 · Φ(1.75) = 1.75 · 0.959941 = 1.679897
        // residual = hint + 3 · 1.679897 + 0.125 = 5.414690
        TunerInstance tuner = tuner("by hand", new CscTunerConfig("canny", 1, 0.25, 8, 1, List.of(11)), 1);
        set(tuner, "dense_hint_blocks.0.1.bias", 0.25f);
        set(tuner, "lsc_tuner_blocks.11.tuner_op.ln1.weight", 2);
        set(tuner, "lsc_tuner_blocks.11.tuner_op.ln1.bias", 0.25f);
        set(tuner, "lsc_tuner_blocks.11.tuner_op.ln2.weight", 3);
        set(tuner, "lsc_tuner_blocks.11.tuner_op.ln2.bias", 0.125f);
        SkipPoint point = base().layout().skips().get(11);
        NDArray skip = Torch.of(base().manager(), new float[] {0.5f, 9, 9, 9, 9, 9, 9, 9}, new Shape(1, 8, 1, 1));

        tuner.tuner().encode(name -> map(1, 8));
        float[] residual = Torch.floats(tuner.tuner().skips().get(point).residual(skip, null));

        assertThat(residual).hasSize(8);
        assertThat(residual[0]).isCloseTo(5.414690f, within(1e-5f));
    }

    private static void set(TunerInstance tuner, String name, float value) {
        NDArray array = tuner.arrays().get(name);
        float[] values = new float[(int) array.getShape().size()];
        values[0] = value;
        Torch.overwrite(array, values);
    }

    private NDArray map(int pictures, int side) {
        float[] values = new float[pictures * 3 * side * side];
        return Torch.of(base().manager(), values, new Shape(pictures, 3, side, side));
    }

    @Test
    void theMapIsTakenInOnceForAllSteps() {
        List<String> asked = new ArrayList<>();
        base().tuned().attach(trained("trained", 1), 1);
        try (Scope scope = new Scope()) {
            base().tuned().conditions(name -> {
                asked.add(name);
                return map(1, 64);
            });
            NDArray latents = Torch.normal(base().manager(), 1, new Shape(1, 4, 8, 8));
            NDArray text = Torch.normal(base().manager(), 2, new Shape(1, 5, 8));
            base().tuned().forward(latents, new float[] {900}, text);
            base().tuned().forward(latents, new float[] {800}, text);
        }
        assertThat(asked).containsExactly("canny");
    }

    @Test
    void aMapOfAnotherSizeIsRefused() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        SkipPoint point = base().layout().skips().get(11);
        NDArray skip = Torch.normal(base().manager(), 1, new Shape(2, 8, 8, 8));
        tuner.tuner().encode(name -> map(2, 32));
        assertThatThrownBy(() -> tuner.tuner().skips().get(point).residual(skip, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the map of condition 'canny' makes a hint of shape (2, 8, 4, 4) at skip 11, which has shape"
                                + " (2, 8, 8, 8); csc-tuner needs one map a picture, 8 times as high and wide as the latents");
    }

    @Test
    void withoutAMapItDoesNotGuess() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        SkipPoint point = base().layout().skips().get(11);
        NDArray skip = Torch.normal(base().manager(), 1, new Shape(2, 8, 8, 8));
        assertThatThrownBy(() -> tuner.tuner().skips().get(point).residual(skip, null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no map of condition 'canny' was given");
    }

    @Test
    void onlyTheChosenSkipsAreEditedAndHintsReachTheDeepest() {
        TunerInstance tuner = tuner("some", new CscTunerConfig("canny", 1, 0.25, 8, 1, List.of(11, 9)), 1);
        assertThat(tuner.tuner().skips().keySet()).extracting(SkipPoint::index).containsExactly(9, 11);
        assertThat(tuner.arrays().keySet())
                .filteredOn(name -> name.endsWith("weight") && !name.startsWith("pre_hint"))
                .containsExactlyInAnyOrder(
                        "dense_hint_blocks.0.1.weight",
                        "dense_hint_blocks.1.1.weight",
                        "dense_hint_blocks.2.1.weight",
                        "lsc_tuner_blocks.9.tuner_op.ln1.weight",
                        "lsc_tuner_blocks.9.tuner_op.ln2.weight",
                        "lsc_tuner_blocks.11.tuner_op.ln1.weight",
                        "lsc_tuner_blocks.11.tuner_op.ln2.weight");
    }

    @Test
    void aSkipThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> tuner("far", new CscTunerConfig("canny", 1, 1, 256, 3, List.of(12)), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'far': skips names skip 12, but this U-Net has skips 0 (deepest) to 11");
    }

    /** By the authors' code; {@code sd} is Stable Diffusion 1.5 and 2.1. */
    @ParameterizedTest
    @CsvSource({"sd, 1, 28824400", "sd, 3, 99111760", "sdxl, 1, 14800480", "sdxl, 3, 45930080"})
    void parametersAreThePublishedOnes(String base, int kernel, long expected) {
        boolean xl = base.equals("sdxl");
        var config = new CscTunerConfig("canny", 1, xl ? 2 : 1, xl ? 320 : 256, kernel, List.of());
        int[][] encoder = xl
                ? new int[][] {
                    {320, 1}, {320, 1}, {320, 1}, {320, 2}, {640, 2}, {640, 2}, {640, 4}, {1280, 4}, {1280, 4}
                }
                : new int[][] {
                    {320, 1}, {320, 1}, {320, 1}, {320, 2}, {640, 2}, {640, 2}, {640, 4}, {1280, 4}, {1280, 4},
                    {1280, 8}, {1280, 8}, {1280, 8}
                };
        assertThat(CscLayers.of(config, layout(encoder)).weights().values().stream()
                        .mapToLong(Shape::size)
                        .sum())
                .isEqualTo(expected);
    }

    /** @param encoder channels and downsampling of each skip, in encoder order */
    private static UNetLayout layout(int[][] encoder) {
        List<SkipPoint> skips = new ArrayList<>();
        for (int i = encoder.length - 1; i >= 0; i--) {
            skips.add(new SkipPoint(skips.size(), i, encoder[i][0], encoder[i][1], ""));
        }
        return new UNetLayout(skips, List.of(), List.of(), Map.of());
    }

    @Test
    void theListOfItsWeightsIsWhatItHas() {
        assertThat(CscLayers.of(settings(), base().layout()).weights())
                .isEqualTo(tuner("fresh", settings(), 1).shapes());
    }
}
