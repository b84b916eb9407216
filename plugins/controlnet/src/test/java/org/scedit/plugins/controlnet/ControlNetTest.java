package org.scedit.plugins.controlnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.scedit.api.FeaturePoint;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.TinyUNet;
import org.scedit.testkit.TunerContract;

class ControlNetTest extends TunerContract<ControlNetConfig> {
    private static final List<Integer> CHANNELS = List.of(2, 4, 4, 8);

    @Override
    protected TunerProvider<ControlNetConfig> provider() {
        return new ControlNetProvider();
    }

    @Override
    protected ControlNetConfig settings() {
        return new ControlNetConfig("canny", CHANNELS, List.of(), false);
    }

    /** The encoder, the map's way to its 8 channels, and a 1×1 convolution for each skip and the mid block. */
    @Override
    protected long parameterCount() {
        long count = base().layout().parameters().entrySet().stream()
                .filter(each -> !each.getKey().matches("(up_blocks|conv_norm_out|conv_out)\\..*"))
                .mapToLong(each -> each.getValue().size())
                .sum();
        int[] embedding = {3, 2, 2, 4, 4, 4, 4, 8, 8};
        for (int i = 1; i < embedding.length; i++) {
            count += 9 * embedding[i - 1] * embedding[i] + embedding[i];
        }
        for (int c : TinyUNet.SKIP_CHANNELS) {
            count += c * c + c;
        }
        return count + 16 * 16 + 16;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of(
                "condition: ''",
                """
                recipe.yaml:4:5   tuners[0].condition must name a condition map, such as canny
                1 problem, nothing was started""",
                "channels: []",
                """
                recipe.yaml:4:5   tuners[0].channels must have at least one level, such as [16, 32, 96, 256]
                1 problem, nothing was started""",
                "channels: [16, 0]",
                """
                recipe.yaml:4:20   tuners[0].channels[1] must be positive, got 0
                1 problem, nothing was started""",
                "guess_mode: true\nscales: [1, 0.5]",
                """
                recipe.yaml:4:5   tuners[0].guess_mode sets the factors that scales sets too; keep one of them
                1 problem, nothing was started""");
    }

    @Test
    void parametersOnStableDiffusion15AreThePublishedOnes() throws IOException {
        var config = new ControlNetConfig("canny", List.of(16, 32, 96, 256), List.of(), false);
        try (var in = UNet.class.getResourceAsStream("/org/scedit/core/bench/sd15-unet.json")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            var unet = new UNet(ConfigFile.of(
                            Path.of("sd15-unet.json"),
                            JsonParser.parseString(json).getAsJsonObject()))
                    .layout();
            assertThat(ControlNetLayers.of(config, unet).weights(unet).values().stream()
                            .mapToLong(Shape::size)
                            .sum())
                    .isEqualTo(361_279_120);
        }
    }

    @Test
    void theListOfItsWeightsIsWhatItHas() {
        var layout = base().layout();
        assertThat(ControlNetLayers.of(settings(), layout).weights(layout))
                .isEqualTo(tuner("fresh", settings(), 1).shapes());
    }

    @Test
    void theCopyStartsAsTheUnet() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        base().tuned().attach(tuner, 1);
        String name = "mid_block.resnets.1.conv2.weight";
        assertThat(Torch.floats(tuner.arrays().get(name)))
                .isEqualTo(Torch.floats(base().unet().parameters().get(name).value()));
    }

    @Test
    void aResidualIsScaledByItsOwnFactor() {
        List<Double> none = Collections.nCopies(13, 0.0);
        for (int i : new int[] {0, 4, 12}) {
            List<Double> one = new ArrayList<>(none);
            one.set(i, 0.5);
            assertThat(biases(new ControlNetConfig("canny", CHANNELS, one, false)).stream()
                            .filter(bias -> bias != 0))
                    .containsExactly(0.5f);
            assertThat(biases(new ControlNetConfig("canny", CHANNELS, one, false))
                            .get(i))
                    .isEqualTo(0.5f);
        }
    }

    /** diffusers' {@code torch.logspace(-1, 0, 13)}. */
    @Test
    void guessModeTrustsTheDeepMost() {
        List<Float> factors = biases(new ControlNetConfig("canny", CHANNELS, List.of(), true));
        assertThat(factors.get(0)).isCloseTo(0.1f, within(1e-6f));
        assertThat(factors.get(6)).isCloseTo(0.316228f, within(1e-6f));
        assertThat(factors.get(11)).isCloseTo(0.825404f, within(1e-6f));
        assertThat(factors.get(12)).isEqualTo(1f);
    }

    /** The residuals in encoder order, then at the mid block, of a ControlNet whose zero convolutions all give 1. */
    private List<Float> biases(ControlNetConfig config) {
        TunerInstance tuner = tuner("ones", config, 1);
        base().tuned().attach(tuner, 1);
        tuner.arrays().forEach((name, array) -> {
            if (name.matches("controlnet_(down_blocks\\.\\d+|mid_block)\\.bias")) {
                float[] ones = new float[(int) array.getShape().size()];
                Arrays.fill(ones, 1);
                Torch.overwrite(array, ones);
            }
        });
        Float[] residuals = new Float[13];
        try (Scope scope = new Scope()) {
            base().tuned().conditions(name -> map(1, 64));
            var step = new OneStep(base());
            tuner.tuner().prepare(step);
            tuner.tuner()
                    .skips()
                    .forEach((point, residual) ->
                            residuals[point.encoderIndex()] = Torch.floats(residual.residual(null, step))[0]);
            tuner.tuner()
                    .features()
                    .values()
                    .forEach(residual -> residuals[12] = Torch.floats(residual.residual(null, step))[0]);
        }
        base().tuned().detach("ones");
        return List.of(residuals);
    }

    private NDArray map(int pictures, int side) {
        float[] values = new float[pictures * 3 * side * side];
        return Torch.of(base().manager(), values, new Shape(pictures, 3, side, side));
    }

    @Test
    void itAddsAtEverySkipAndTheMidBlock() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        assertThat(tuner.tuner().skips().keySet())
                .containsExactlyInAnyOrderElementsOf(base().layout().skips())
                .extracting(SkipPoint::encoderIndex)
                .isSorted();
        assertThat(tuner.tuner().features().keySet())
                .extracting(FeaturePoint::name)
                .containsExactly(FeaturePoint.MID_BLOCK);
    }

    @Test
    void aWrongNumberOfScalesIsRefused() {
        assertThatThrownBy(() -> tuner("few", new ControlNetConfig("canny", CHANNELS, List.of(1.0, 2.0), false), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'few': scales has 2 factors, but this U-Net has 12 skips and a mid block; give 13 or"
                        + " none");
    }

    @Test
    void aMapOfAnotherSizeIsRefused() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        tuner.tuner().encode(name -> map(2, 32));
        assertThatThrownBy(() -> tuner.tuner().prepare(new OneStep(base())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the map of condition 'canny' is embedded to shape (2, 8, 4, 4), but the latents have shape"
                        + " (1, 4, 8, 8); controlnet needs one map a picture, and as many channels as halve it to the"
                        + " latents' size");
    }

    @Test
    void withoutAMapItDoesNotGuess() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        assertThatThrownBy(() -> tuner.tuner().prepare(new OneStep(base())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no map of condition 'canny' was given");
    }
}
