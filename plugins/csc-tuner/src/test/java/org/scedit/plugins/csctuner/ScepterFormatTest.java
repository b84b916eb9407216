package org.scedit.plugins.csctuner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

class ScepterFormatTest {
    /** Two skips of 8 and 4 channels, the deeper one at half the size. */
    private static final UNetLayout UNET = new UNetLayout(
            List.of(
                    new SkipPoint(0, 1, 8, 2, "up_blocks.0.resnets.0"),
                    new SkipPoint(1, 0, 4, 1, "up_blocks.1.resnets.0")),
            List.of(),
            List.of(),
            Map.of());

    private final ScepterFormat format = new ScepterFormat();

    private static Content<CscTunerConfig> content(CscTunerConfig config) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        CscLayers.of(config, UNET).weights().forEach((name, shape) -> {
            float[] values = new float[(int) shape.size()];
            values[0] = weights.size();
            weights.put(name, new WeightFile.Tensor(shape.getShape(), values));
        });
        return new Content<>(config, weights);
    }

    private static WeightFile file(String prefix, Content<CscTunerConfig> content) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        content.weights().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        return new WeightFile(tensors, Map.of(), "");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        var content = content(new CscTunerConfig("depth", 0.37, 0.26, 6, 1, List.of(1)));
        WeightFile written = format.write(content, UNET);
        assertThat(written.tensors()).containsKey("0.pre_hint_blocks.12.weight");
        assertThat(format.matches(written)).isTrue();
        assertThat(format.read(written, UNET)).usingRecursiveComparison().isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.", "1.", "model.", "model.0."})
    void settingsFollowFromTheSizesUnderEveryPrefix(String prefix) {
        var content = content(new CscTunerConfig("canny", 0.5, 0.25, 6, 3, List.of()));
        assertThat(format.read(file(prefix, content), UNET))
                .usingRecursiveComparison()
                .isEqualTo(content);
    }

    /** PyTorch's files have no place for metadata. */
    @Test
    void metadataHoldsOnlyWhatTheSizesDoNotTell() {
        assertThat(format.write(content(new CscTunerConfig("canny", 0.5, 0.25, 6, 3, List.of())), UNET)
                        .metadata())
                .isEmpty();
        assertThat(format.write(content(new CscTunerConfig("depth", 0.37, 0.26, 6, 3, List.of())), UNET)
                        .metadata())
                .isEqualTo(Map.of("condition", "depth", "down_ratio", "0.37", "dim_ratio", "0.26"));
    }

    @Test
    void anScTunersFileIsAnotherFormat() {
        var weight = new WeightFile.Tensor(new long[] {1}, new float[1]);
        assertThat(format.matches(new WeightFile(Map.of("lsc_identity.0.tuner_op.ln1.weight", weight), Map.of(), "")))
                .isFalse();
    }

    @Test
    void severalConditionsInOneFileAreRefused() {
        var content = content(new CscTunerConfig("canny", 1, 0.25, 6, 3, List.of()));
        Map<String, WeightFile.Tensor> both =
                new LinkedHashMap<>(file("0.", content).tensors());
        both.putAll(file("1.", content).tensors());
        assertThatThrownBy(() -> format.read(new WeightFile(both, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("holds the weights of several conditions, numbers 0, 1; a csc-tuner is one condition: save"
                        + " each to a file of its own");
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(file("0.", content(new CscTunerConfig("canny", 1, 0.25, 6, 3, List.of())))
                .tensors());
        tensors.remove("0.pre_hint_blocks.4.bias");
        tensors.put("0.dense_hint_blocks.1.1.bias", new WeightFile.Tensor(new long[] {9}, new float[9]));
        tensors.put("0.dense_hint_blocks.2.1.bias", new WeightFile.Tensor(new long[] {9}, new float[9]));
        tensors.put("stranger", new WeightFile.Tensor(new long[] {1}, new float[1]));
        assertThatThrownBy(() -> format.read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        4 weights do not fit
                          stranger belongs to no CSC-Tuner
                          pre_hint_blocks.4.bias is missing
                          dense_hint_blocks.1.1.bias is (9), this U-Net needs (8)
                          dense_hint_blocks.2.1.bias belongs to nothing in this U-Net""");
    }

    @Test
    void widthsOfSeveralRatiosAreRefused() {
        var tensors = new LinkedHashMap<>(file("", content(new CscTunerConfig("canny", 1, 0.25, 6, 3, List.of())))
                .tensors());
        tensors.put("lsc_tuner_blocks.0.tuner_op.ln1.weight", new WeightFile.Tensor(new long[] {2, 8}, new float[16]));
        assertThatThrownBy(() -> format.read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no single down_ratio gives the widths of all layers; found [Size[channels=8, width=2],"
                        + " Size[channels=4, width=4]]");
    }
}
