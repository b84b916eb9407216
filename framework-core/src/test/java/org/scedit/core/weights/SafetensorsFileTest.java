package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.weights.SafetensorsWriter.Tensor;

class SafetensorsFileTest {
    private static final long GIB = 1L << 30;

    @TempDir
    Path folder;

    @Test
    void dataIsADirectReadOnlyLittleEndianView() {
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(
                file, Map.of("a", Tensor.f32(new float[] {1f, 2f}, 2), "b", Tensor.f32(new float[] {3f}, 1)), Map.of());

        ByteBuffer data = SafetensorsFile.open(file).data("b");

        assertThat(data.isDirect()).isTrue();
        assertThat(data.isReadOnly()).isTrue();
        assertThat(data.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(data.position()).isZero();
        assertThat(data.remaining()).isEqualTo(4);
        assertThat(data.getFloat()).isEqualTo(3f);
    }

    @Test
    void aHeaderWithoutPaddingStillGivesAlignedData() throws IOException {
        Path file = folder.resolve("unpadded.safetensors");
        String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
        assertThat(header.length() % 4).as("the point of this file").isNotZero();
        write(
                file,
                header,
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 0.25f));

        ByteBuffer data = SafetensorsFile.open(file).data("w");

        assertThat(data.alignmentOffset(0, 4)).isZero();
        assertThat(data.isReadOnly()).isTrue();
        assertThat(data.getFloat()).isEqualTo(0.25f);
    }

    @Test
    void tensorsBeyond2GiBAreReachedAndOneThatLargeIsRefused() throws IOException {
        Path file = folder.resolve("large.safetensors");
        long end = 3 * GIB;
        String header = "{\"large\":{\"dtype\":\"U8\",\"shape\":[" + end + "],\"data_offsets\":[0," + end + "]},"
                + "\"after\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[" + end + "," + (end + 8) + "]}}";
        write(file, header + " ".repeat(-header.length() & 7), ByteBuffer.allocate(0));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // writing behind the end leaves a hole that takes no space on the disk
            channel.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 42), Files.size(file) + end);
        }

        SafetensorsFile opened = SafetensorsFile.open(file);

        assertThat(opened.data("after").getLong()).isEqualTo(42);
        assertThatThrownBy(() -> opened.data("large"))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": tensor 'large' of shape [3221225472] has 3221225472 bytes, at most 2147483647 are"
                        + " supported for one tensor; convert it to a 16-bit type");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path file = folder.resolve("missing.safetensors");
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": no such file; check the path, or download the weights");
    }

    @Test
    void aFolderIsNamed() {
        assertThatThrownBy(() -> SafetensorsFile.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": is a folder, expected a safetensors file");
    }

    @Test
    void aFileThatShrinksAfterOpeningIsRefused() throws IOException {
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(file, Map.of("w", Tensor.f32(new float[4], 4)), Map.of());
        SafetensorsFile opened = SafetensorsFile.open(file);
        Files.writeString(file, "short");
        assertThatThrownBy(() -> opened.data("w"))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": has become shorter since it was opened; leave it alone during a run");
    }

    @Test
    void aNameThatIsNotInTheFileIsAProgrammersMistake() {
        Path file = folder.resolve("w.safetensors");
        SafetensorsWriter.write(file, Map.of("w", Tensor.f32(new float[4], 4)), Map.of());
        SafetensorsFile opened = SafetensorsFile.open(file);
        assertThatThrownBy(() -> opened.data("v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + " has no tensor 'v'");
    }

    private static void write(Path file, String header, ByteBuffer data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + data.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data);
        Files.write(file, bytes.array());
    }
}
