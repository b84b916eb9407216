package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.scedit.core.UserException;

/**
 * What a user is told about each broken file of {@code SafetensorsFuzzTestInputs}: {@code refusals.txt} holds its name and the whole message after the path.
 */
class SafetensorsRefusalTest {
    private static final List<String> REFUSALS = read("refusals.txt");

    @ParameterizedTest
    @FieldSource("REFUSALS")
    void eachBrokenFileGetsItsMessage(String refusal) {
        String[] nameAndMessage = refusal.split(": ", 2);
        Path file = inputs().resolve(nameAndMessage[0]);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": " + nameAndMessage[1]);
    }

    @Test
    void everyInputHasAMessageButTheValidOne() throws IOException {
        try (Stream<Path> files = Files.list(inputs())) {
            Stream<String> expected = Stream.concat(
                    Stream.of("valid-two-tensors"), REFUSALS.stream().map(line -> line.split(": ")[0]));
            assertThat(files.map(file -> file.getFileName().toString()))
                    .hasSizeGreaterThan(50)
                    .containsExactlyInAnyOrderElementsOf(expected.toList());
        }
        assertThat(SafetensorsFile.open(inputs().resolve("valid-two-tensors")).entries())
                .containsOnlyKeys("a", "b");
    }

    @Test
    void namesWithoutEndAreRefusedBeforeTheyFillTheHeap(@TempDir Path folder) throws IOException {
        Path tensors = folder.resolve("tensors.safetensors");
        Path texts = folder.resolve("texts.safetensors");
        write(tensors, "{", ":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}", "}");
        write(texts, "{\"__metadata__\":{", ":\"\"", "}}");
        assertThatThrownBy(() -> SafetensorsFile.open(tensors))
                .isInstanceOf(UserException.class)
                .hasMessage(tensors + ": the header names more than 100000 tensors"
                        + "; the file is damaged, download or copy it again");
        assertThatThrownBy(() -> SafetensorsFile.open(texts))
                .isInstanceOf(UserException.class)
                .hasMessage(texts + ": '__metadata__' has more than 100000 entries"
                        + "; the file is damaged, download or copy it again");
    }

    private static void write(Path file, String begin, String value, String end) throws IOException {
        String members = IntStream.range(0, 100_002)
                .mapToObj(i -> "\"t" + i + "\"" + value)
                .collect(Collectors.joining(","));
        byte[] header = (begin + members + end).getBytes(StandardCharsets.UTF_8);
        Files.write(
                file,
                ByteBuffer.allocate(8 + header.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());
    }

    private static Path inputs() {
        return resource("SafetensorsFuzzTestInputs/openNeverCrashes");
    }

    private static List<String> read(String name) {
        try {
            return Files.readAllLines(resource(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resource(String name) {
        try {
            return Path.of(SafetensorsRefusalTest.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
