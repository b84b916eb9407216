package org.scedit.plugins.sctuner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

class FormatsTest {
    private static final UNetLayout UNET = new UNetLayout(
            List.of(
                    new SkipPoint(0, 2, 8, 2, "up_blocks.0.resnets.0"),
                    new SkipPoint(1, 1, 8, 1, "up_blocks.0.resnets.1"),
                    new SkipPoint(2, 0, 4, 1, "up_blocks.1.resnets.0")),
            List.of(),
            List.of(),
            Map.of());

    private static Content<ScTunerConfig> content(double downRatio, Integer... skips) {
        var config = new ScTunerConfig(downRatio, List.of(skips));
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        ScTuner.weights(config, UNET).forEach((name, shape) -> {
            float[] values = new float[(int) shape.size()];
            values[0] = weights.size();
            weights.put(name, new WeightFile.Tensor(shape.getShape(), values));
        });
        return new Content<>(config, weights);
    }

    private static WeightFile file(String prefix, Content<ScTunerConfig> content) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        content.weights().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
        return new WeightFile(tensors, Map.of(), "");
    }

    static Stream<TunerFormat<ScTunerConfig>> formats() {
        return new ScTunerProvider().formats().stream();
    }

    @ParameterizedTest
    @MethodSource("formats")
    void whatIsWrittenIsReadBack(TunerFormat<ScTunerConfig> format) {
        for (Content<ScTunerConfig> content : List.of(content(1), content(0.37), content(0.5, 0, 2))) {
            WeightFile written = format.write(content, UNET);
            assertThat(formats().filter(each -> each.matches(written)).map(TunerFormat::id))
                    .containsExactly(format.id());
            assertThat(format.read(written, UNET)).usingRecursiveComparison().isEqualTo(content);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "model."})
    void sceptersRatioAndSkipsFollowFromTheSizes(String prefix) {
        assertThat(new ScepterFormat().read(file(prefix, content(0.5, 2)), UNET))
                .usingRecursiveComparison()
                .isEqualTo(content(0.5, 2));
    }

    /** PyTorch's files have no place for metadata. */
    @Test
    void sceptersMetadataHoldsOnlyWhatTheSizesDoNotTell() {
        assertThat(new ScepterFormat().write(content(0.5), UNET).metadata()).isEmpty();
        assertThat(new ScepterFormat().write(content(0.37), UNET).metadata()).isEqualTo(Map.of("down_ratio", "0.37"));
    }

    @ParameterizedTest
    @CsvSource({"0.1, 32 320 640, 0.1", "0.3, 24 80, 0.3", "0.37, 8, 0.3", "0.333, 8 24 72, 0.32", "4, 7, 4"})
    void theRatioWithTheFewestDecimalsIsTaken(double ratio, String channels, double expected) {
        List<WidthRatio.Size> sizes = Stream.of(channels.split(" "))
                .map(Integer::valueOf)
                .map(each -> new WidthRatio.Size(each, (int) (each * ratio)))
                .toList();
        assertThat(WidthRatio.of(Double.NaN, sizes)).isEqualTo(expected);
        assertThat(WidthRatio.of(ratio, sizes)).isEqualTo(ratio);
    }

    @Test
    void swiftNamesATunerAfterTheResnetThatConsumesItsSkip() {
        WeightFile written = new SwiftFormat().write(content(0.5, 1), UNET);
        assertThat(written.tensors())
                .containsOnlyKeys(
                        "up_blocks.0.resnets.1.scetuner_default.tuner_op.ln1.weight",
                        "up_blocks.0.resnets.1.scetuner_default.tuner_op.ln1.bias",
                        "up_blocks.0.resnets.1.scetuner_default.tuner_op.ln2.weight",
                        "up_blocks.0.resnets.1.scetuner_default.tuner_op.ln2.bias");
        assertThat(written.config()).isEqualTo("""
                {
                  "dims": [8],
                  "down_ratio": 0.5,
                  "hint_modules": null,
                  "model_key_mapping": null,
                  "swift_type": "SCETuning",
                  "target_modules": "(up_blocks\\\\.0\\\\.resnets\\\\.1)",
                  "tuner_mode": "decoder",
                  "tuner_op": "SCEAdapter"
                }
                """);
    }

    @ParameterizedTest
    @CsvSource({"tuner_mode, encoder, decoder", "tuner_op, Lora, SCEAdapter", "hint_modules, .*, null"})
    void aSwiftTunerOfAnotherKindIsRefused(String key, String value, String supported) {
        var format = new SwiftFormat();
        WeightFile written = format.write(content(1), UNET);
        String config = written.config().replaceFirst("\"" + key + "\": [^,\n]+", "\"" + key + "\": \"" + value + "\"");
        assertThatThrownBy(() -> format.read(new WeightFile(written.tensors(), Map.of(), config), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "its configuration has " + key + " " + value + "; an SC-Tuner is read only with " + supported);
    }

    @Test
    void severalSwiftAdaptersInOneFileAreRefused() {
        var format = new SwiftFormat();
        var tensors = new LinkedHashMap<>(format.write(content(1), UNET).tensors());
        format.write(content(1), UNET)
                .tensors()
                .forEach((name, tensor) -> tensors.put(name.replace("scetuner_default", "scetuner_other"), tensor));
        assertThatThrownBy(() -> format.read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("holds several adapters, default, other; save each to a file of its own");
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(file("model.", content(1)).tensors());
        tensors.remove("model.lsc_identity.0.tuner_op.ln2.bias");
        tensors.put("model.lsc_identity.1.tuner_op.ln2.bias", new WeightFile.Tensor(new long[] {9}, new float[9]));
        tensors.put("stranger", new WeightFile.Tensor(new long[] {1}, new float[1]));
        assertThatThrownBy(() -> new ScepterFormat().read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                        3 weights do not fit
                          stranger belongs to no SC-Tuner of this U-Net
                          lsc_identity.0.tuner_op.ln2.bias is missing
                          lsc_identity.1.tuner_op.ln2.bias is (9), this U-Net needs (8)""");
    }

    @Test
    void widthsOfSeveralRatiosAreRefused() {
        var tensors = new LinkedHashMap<>(file("", content(1)).tensors());
        tensors.put("lsc_identity.0.tuner_op.ln1.weight", new WeightFile.Tensor(new long[] {2, 8}, new float[16]));
        assertThatThrownBy(() -> new ScepterFormat().read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no single down_ratio gives the widths of all layers; found [Size[channels=8, width=2],"
                        + " Size[channels=8, width=8], Size[channels=4, width=4]]");
    }
}
