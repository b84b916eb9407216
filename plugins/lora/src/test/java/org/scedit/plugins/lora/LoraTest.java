package org.scedit.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.formats.ParameterShapes;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.OneLayer;
import org.scedit.testkit.TunerContract;
import org.scedit.testkit.TunerRecipe;

class LoraTest extends TunerContract<LoraConfig> {
    /** The default settings. */
    private static final List<String> ATTENTION =
            List.of("to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2");

    private static final Map<String, float[]> RANK_1 =
            Map.of("lora_A.weight", new float[] {1, 2}, "lora_B.weight", new float[] {3, -1});

    private static LoraConfig config(int rank, double alpha, List<String> targets) {
        return new LoraConfig(rank, alpha, 0, targets, Map.of(), Map.of(), false, false);
    }

    @Override
    protected TunerProvider<LoraConfig> provider() {
        return new LoraProvider();
    }

    /** All kinds of layers: linear, 3×3, 3×3 with stride 2, 1×1. */
    @Override
    protected LoraConfig settings() {
        return new LoraConfig(
                2,
                3,
                0.1,
                List.of("to_q", "conv1", "downsamplers.0.conv", "proj_in", "conv_in"),
                Map.of("conv1", 3),
                Map.of("mid_block.*", 1.5),
                false,
                false);
    }

    /** Rank times inputs and outputs; a 3×3 convolution has nine inputs for each channel. */
    @Override
    protected long parameterCount() {
        long count = 0;
        for (LayerPoint layer : base().layout().layers()) {
            int pixels = layer.kernel() * layer.kernel();
            long each = (long) layer.inChannels() * pixels + layer.outChannels();
            String name = layer.path();
            if (name.endsWith(".conv1")) {
                count += 3 * each;
            } else if (name.matches("conv_in|.*\\.(to_q|proj_in|downsamplers\\.0\\.conv)")) {
                count += 2 * each;
            }
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of(
                "r: 4",
                """
                recipe.yaml:4:5   unknown key 'r' for tuner 'lora'; known keys: use, name, scale, weights, merge,\
                 rank, alpha, dropout, targets, rank_pattern, alpha_pattern, rslora, dora
                1 problem, nothing was started\
                """,
                "rank: 0\nalpha: -1",
                """
                recipe.yaml:4:5   tuners[0].rank must be positive, got 0
                recipe.yaml:5:5   tuners[0].alpha must be at least 0, got -1
                2 problems, nothing was started\
                """,
                "dropout: 1",
                """
                recipe.yaml:4:5   tuners[0].dropout must be from 0 to 0.99, got 1
                1 problem, nothing was started\
                """,
                "targets: to_q",
                """
                recipe.yaml:4:5   tuners[0].targets must be a list, such as ["one", "two"], got 'to_q'
                1 problem, nothing was started\
                """,
                "rank_pattern: { to_q: 0, to_k: 2.5 }\nalpha_pattern: 3",
                """
                recipe.yaml:4:21   tuners[0].rank_pattern.to_q must be positive, got 0
                recipe.yaml:4:30   tuners[0].rank_pattern.to_k must be a whole number, got '2.5'
                recipe.yaml:5:5   tuners[0].alpha_pattern must be numbers by name, such as {one: 0.5}, got '3'
                3 problems, nothing was started\
                """,
                "use_dora: true\nrslora: yes",
                """
                recipe.yaml:4:5   unknown key 'use_dora' for tuner 'lora'; did you mean 'dora'?
                recipe.yaml:5:5   tuners[0].rslora must be true or false, got 'yes'; write true
                2 problems, nothing was started\
                """);
    }

    @Test
    void residualIsTheEquation() {
        // A = (1, 2), B = (3, -1)ᵀ, alpha / rank = 4: hidden = 0.5 · 1 + 0.25 · 2 = 1, residual = 4 · (3, -1)
        OneLayer layer = layer();
        LayerResidual residual = layer.residual(provider(), config(1, 4, List.of("layer")), RANK_1);

        assertThat(layer.of(residual)).containsExactly(new float[] {12, -4}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {12, -4}, within(1e-5f));
    }

    @Test
    void rsLoraDividesByTheRanksRoot() {
        // A twice and B twice: B · hidden = 2 · (3, -1); times alpha / √2 = 2.828427
        Map<String, float[]> twice =
                Map.of("lora_A.weight", new float[] {1, 2, 1, 2}, "lora_B.weight", new float[] {3, 3, -1, -1});
        var config = new LoraConfig(2, 4, 0, List.of("layer"), Map.of(), Map.of(), true, false);
        OneLayer layer = layer();

        assertThat(layer.of(layer.residual(provider(), config, twice)))
                .containsExactly(new float[] {16.970563f, -5.656854f}, within(1e-5f));
    }

    @Test
    void dropoutIsOfTheInput() {
        var config = new LoraConfig(1, 4, 0.5, List.of("layer"), Map.of(), Map.of(), false, false);
        OneLayer layer = layer();
        LayerResidual residual = layer.residual(provider(), config, RANK_1);

        assertThat(layer.dropping(3).of(residual)).containsExactly(new float[] {36, -12}, within(1e-4f));
    }

    private OneLayer layer() {
        return OneLayer.of(base().manager(), new float[] {0.5f, 0.25f}, new float[] {3, 4, 0, 1}, 9, 9);
    }

    @Test
    void theFirstMatrixIsDrawnAsInPeftAndTheSecondIsZero() {
        TunerInstance tuner = tuner("fresh", config(2, 2, List.of("conv_in")), 1);
        // 4 channels of 3×3 pixels: within 1 / √36
        float[] down = Torch.floats(tuner.arrays().get("conv_in.lora_A.weight"));
        assertThat(down).hasSize(72);
        for (float value : down) {
            assertThat(Math.abs(value)).isLessThanOrEqualTo(1 / 6f);
        }
        assertThat(Torch.floats(tuner.arrays().get("conv_in.lora_B.weight"))).containsOnly(0);
    }

    @Test
    void theDefaultSettingsTrainThePublishedNumberOnStableDiffusion15() {
        var config = (LoraConfig) TunerRecipe.settings(provider());
        assertThat(config).isEqualTo(config(64, 64, ATTENTION));
        assertThat(ParameterShapes.of(parameters -> new Lora(config, stableDiffusion15(), parameters)).values().stream()
                        .mapToLong(Shape::size)
                        .sum())
                .isEqualTo(23_937_024);
    }

    private static UNetLayout stableDiffusion15() {
        try (var in = UNet.class.getResourceAsStream("/org/scedit/core/bench/sd15-unet.json")) {
            String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new UNet(ConfigFile.of(
                            Path.of("sd15-unet.json"),
                            JsonParser.parseString(json).getAsJsonObject()))
                    .layout();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void alphaLeftOutIsTheRank() {
        assertThat(config(8, 0, ATTENTION).alpha()).isEqualTo(8);
        var own = new LoraConfig(8, 0, 0, ATTENTION, Map.of("to_q", 2), Map.of(), false, false);
        assertThat(own.alpha()).as("which each layer has its own of").isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "9 | to_q | rank 9 is above the smaller side of layer down_blocks.0.attentions.0.transformer_blocks.0"
                        + ".attn1.to_q, 8; use at most that, or give the layer a rank of its own in rank_pattern",
                "2 | to_w | targets names 'to_w', which matches no layer of this U-Net; the nearest are to_q, to_k,"
                        + " to_v",
            })
    void settingsThatDoNotFitTheUNetAreRefused(int rank, String target, String message) {
        assertThatThrownBy(() -> tuner("wrong", config(rank, 1, List.of(target)), 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'wrong': " + message);
    }

    @Test
    void patternsOfNoTunedLayerAreRefused() {
        var config = new LoraConfig(2, 2, 0, List.of("to_q"), Map.of("to_k", 4), Map.of(), false, false);
        assertThatThrownBy(() -> tuner("wrong", config, 1))
                .isInstanceOf(UserException.class)
                .hasMessage("tuner 'wrong': rank_pattern names 'to_k', which matches none of the chosen layers; the"
                        + " nearest are to_q");
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
