package org.scedit.plugins.lokr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scedit.api.LayerTargets;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.RoundTrip;
import org.scedit.testkit.TinyUNet;

class FormatsTest {
    private static final UNetLayout UNET = new UNet(ConfigFile.of(Path.of("TinyUNet"), TinyUNet.config())).layout();
    private static final List<String> TARGETS = List.of("to_q", "conv1", "conv_in");

    private static LokrConfig config(int rank, double alpha, boolean both, int factor, boolean tucker) {
        return new LokrConfig(rank, alpha, TARGETS, Map.of(), Map.of(), both, factor, tucker);
    }

    private static Content<LokrConfig> content(LokrConfig config) {
        return RoundTrip.content(new LokrProvider(), config, UNET);
    }

    /** With an alpha that is not the rank only where no layer's factors are both whole, see the format of LyCORIS. */
    static Stream<LokrConfig> settings() {
        return Stream.of(
                config(2, 2, false, -1, false),
                config(1, 3, true, 4, false),
                config(1, 1, true, -1, true),
                config(4, 4, true, 2, false),
                config(100, 100, false, -1, false),
                new LokrConfig(2, 0, TARGETS, Map.of("conv1", 1), Map.of(), false, -1, true));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatIsWrittenIsReadBack(LokrConfig config) {
        RoundTrip.check(new LokrProvider(), config, UNET);
    }

    @Test
    void peftKeepsTheAlphaOfWholeFactors() {
        Content<LokrConfig> content = content(config(3, 4.5, false, -1, false));
        TunerFormat<LokrConfig> format = new PeftFormat();
        assertThat(format.read(format.write(content, UNET), UNET))
                .usingRecursiveComparison()
                .isEqualTo(content);
    }

    @Test
    void lycorisHasTheScaleOfWholeFactorsInTheLeftOne() {
        // in conv_in (2, 2) ⊗ (4, 2, 3, 3) is whole at rank 2
        Content<LokrConfig> content = content(config(2, 3, false, -1, false));
        WeightFile written = new LycorisFormat().write(content, UNET);
        float before = content.weights().get("conv_in.lokr_w1").values()[0];

        assertThat(written.tensors().get("lora_unet_conv_in.lokr_w1").values()[0])
                .isEqualTo(before * 1.5f);
        assertThat(written.tensors().get("lora_unet_conv_in.alpha").values()).containsExactly(2);

        LokrConfig read = new LycorisFormat().read(written, UNET).config();
        var layers = LayerTargets.select("targets", TARGETS, UNET);
        assertThat(read.alphas().of(layers).get(layers.get(0))).isEqualTo(2);
    }

    @Test
    void theAlphaOfWholeFactorsInAFileOfLycorisDoesNotCount() {
        WeightFile written = new LycorisFormat().write(content(config(100, 100, false, -1, false)), UNET);
        var tensors = new LinkedHashMap<>(written.tensors());
        tensors.replaceAll((name, tensor) ->
                name.endsWith(".alpha") ? new WeightFile.Tensor(new long[0], new float[] {7}) : tensor);
        LokrConfig read = new LycorisFormat()
                .read(new WeightFile(tensors, Map.of(), ""), UNET)
                .config();

        var layers = LayerTargets.select("targets", TARGETS, UNET);
        var ranks = read.ranks().of(layers);
        read.alphas().of(layers).forEach((layer, alpha) -> assertThat(alpha == 0 ? ranks.get(layer) : alpha)
                .isEqualTo((double) ranks.get(layer)));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void withoutSettingsTheWeightsTellWhatTheyCan(LokrConfig config) {
        Content<LokrConfig> content = content(config);
        WeightFile bare =
                new WeightFile(new LycorisFormat().write(content, UNET).tensors(), Map.of(), "");

        Content<LokrConfig> read = new LycorisFormat().read(bare, UNET);

        assertThat(read.weights()).usingRecursiveComparison().isEqualTo(content.weights());
        assertThat(RoundTrip.content(new LokrProvider(), read.config(), UNET).weights())
                .usingRecursiveComparison()
                .isEqualTo(content.weights());
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        WeightFile written = new PeftFormat().write(content(config(2, 2, false, -1, false)), UNET);
        var tensors = new LinkedHashMap<>(written.tensors());
        tensors.remove("base_model.model.conv_in.lokr_w2");
        tensors.put("base_model.model.conv_in.lokr_w1", new WeightFile.Tensor(new long[] {3, 2}, new float[6]));
        assertThatThrownBy(() -> new PeftFormat().read(new WeightFile(tensors, Map.of(), written.config()), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    conv_in.lokr_w1 is (3, 2), this U-Net needs (2, 2)
                    conv_in.lokr_w2 is missing\
                    """);
    }
}
