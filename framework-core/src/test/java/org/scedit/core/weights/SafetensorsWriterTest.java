package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.weights.SafetensorsWriter.Tensor;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("tuner.safetensors");
    }

    @Test
    void theBytesAreTheFormat() throws IOException {
        SafetensorsWriter.write(file, Map.of("w", Tensor.f32(new float[] {1f, -2f}, 2)), Map.of("format", "pt"));

        String header = "{\"__metadata__\":{\"format\":\"pt\"},\"w\":{\"dtype\":\"F32\",\"shape\":[2],"
                + "\"data_offsets\":[0,8]}}";
        String padded = header + " ".repeat(88 - header.length());
        assertThat(Files.readAllBytes(file))
                .startsWith(88, 0, 0, 0, 0, 0, 0, 0)
                .contains(padded.getBytes(StandardCharsets.UTF_8))
                .endsWith(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)
                .hasSize(8 + 88 + 8);
    }

    @Test
    void whatIsWrittenIsRead() {
        SafetensorsWriter.write(
                file,
                Map.of(
                        "up.weight", Tensor.f32(new float[] {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f}, 2, 3),
                        "half", Tensor.f16(new float[] {1f, 0.5f, 65504f}, 3),
                        "step", Tensor.i64(new long[] {-7}),
                        "mask", Tensor.of(DType.U8, new long[] {2}, ByteBuffer.wrap(new byte[] {1, 0})),
                        "none", Tensor.f32(new float[0], 0, 4)),
                Map.of("recipe", "name: \"zażółć\"\n<b>&"));

        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(read.entries().keySet()).containsExactly("step", "none", "up.weight", "half", "mask");
        assertThat(read.metadata()).containsExactly(Map.entry("recipe", "name: \"zażółć\"\n<b>&"));
        assertThat(read.entries().get("up.weight").shape()).containsExactly(2, 3);
        assertThat(read.floats("up.weight")).containsExactly(0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f);
        assertThat(read.floats("half")).containsExactly(1f, 0.5f, 65504f);
        assertThat(read.entries().get("step").shape()).isEmpty();
        assertThat(read.data("step").getLong()).isEqualTo(-7);
        assertThat(read.floats("mask")).containsExactly(1f, 0f);
        assertThat(read.floats("none")).isEmpty();
    }

    @Test
    void theOrderOfTheMapsDoesNotMatter() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.f16(new float[] {1f}, 1));
        tensors.put("c", Tensor.f32(new float[] {2f}, 1));
        tensors.put("a", Tensor.f32(new float[] {3f}, 1));
        Map<String, Tensor> otherOrder = new LinkedHashMap<>();
        otherOrder.put("a", tensors.get("a"));
        otherOrder.put("b", tensors.get("b"));
        otherOrder.put("c", tensors.get("c"));
        Path other = folder.resolve("other.safetensors");

        SafetensorsWriter.write(file, tensors, Map.of("x", "1", "y", "2"));
        SafetensorsWriter.write(other, otherOrder, Map.of("y", "2", "x", "1"));

        assertThat(other).hasSameBinaryContentAs(file);
        assertThat(SafetensorsFile.open(file).entries().keySet()).containsExactly("a", "c", "b"); // wide types first
    }

    @Test
    void everyTensorIsAligned() {
        SafetensorsWriter.write(
                file,
                Map.of(
                        "a", Tensor.f16(new float[3], 3),
                        "b", Tensor.f32(new float[3], 3),
                        "c", Tensor.i64(new long[1], 1)),
                Map.of());
        assertThat(SafetensorsFile.open(file).entries().values())
                .hasSize(3)
                .allMatch(entry -> entry.offset() % entry.dtype().bytes() == 0);
    }

    @Test
    void bytesThatDoNotFitTheShapeAreRefusedAndTheOldFileStays() throws IOException {
        Files.writeString(file, "old");
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        file, Map.of("w", Tensor.of(DType.F32, new long[] {3}, ByteBuffer.allocate(8))), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor 'w': F32 of shape [3] takes 12 bytes, got 8");
        assertThat(file).hasContent("old");
    }

    @Test
    void namesAndShapesThatNoFileCanHoldAreRefused() {
        assertThatThrownBy(() ->
                        SafetensorsWriter.write(file, Map.of("__metadata__", Tensor.f32(new float[1], 1)), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor must not be called __metadata__");
        assertThatThrownBy(() -> Tensor.f32(new float[1], -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("negative size in shape [-1]");
    }
}
