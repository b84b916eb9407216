package org.scedit.core.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.core.UserException;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

class ScTunerWeightsTest {
    @TempDir
    private Path folder;

    /** @param sizes width and channels of each bottleneck's first layer */
    private SafetensorsFile file(int[]... sizes) {
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < sizes.length; i++) {
            tensors.put(
                    "lsc_identity." + i + ".tuner_op.ln1.weight",
                    SafetensorsWriter.Tensor.f32(new float[sizes[i][0] * sizes[i][1]], sizes[i][0], sizes[i][1]));
        }
        return write(tensors);
    }

    private SafetensorsFile write(Map<String, SafetensorsWriter.Tensor> tensors) {
        Path path = folder.resolve("tuner.safetensors");
        SafetensorsWriter.write(path, tensors, Map.of());
        return SafetensorsFile.open(path);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.5, 0.1, 0.3, 0.7, 1.0 / 3, 2.5, 0.06})
    void aRatioIsFoundThatGivesTheSameWidths(double ratio) {
        int[][] sizes = {{(int) (32 * ratio), 32}, {(int) (20 * ratio), 20}};
        String settings = ScTunerWeights.settings(file(sizes));
        double found = Double.parseDouble(settings.replaceAll(".*down_ratio: ([^,]+),.*", "$1"));
        assertThat(settings).endsWith(", skips: [0, 1]}");
        assertThat((int) (32 * found)).isEqualTo(sizes[0][0]);
        assertThat((int) (20 * found)).isEqualTo(sizes[1][0]);
    }

    @Test
    void widthsOfSeveralRatiosAreRefused() {
        assertThatThrownBy(() -> ScTunerWeights.settings(file(new int[] {32, 32}, new int[] {8, 32})))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("tuner.safetensors") + ": looks like an SC-Tuner, but no single down_ratio"
                        + " gives the widths of all its ln1.weight; use a file whose bottlenecks have one ratio of width"
                        + " to channels");
    }

    @Test
    void otherWeightsAreRefused() {
        var other = write(Map.of("lora.up", SafetensorsWriter.Tensor.f32(new float[1], 1)));
        assertThatThrownBy(() -> ScTunerWeights.settings(other))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        folder.resolve("tuner.safetensors") + ": does not say which method made it (no scedit.method"
                                + " in its metadata), and its weights are not recognised (lora.up); give --method ID, and"
                                + " --settings '{key: value}' where they are not the defaults");
    }
}
