package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

class MetricsTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("metrics.jsonl");
    }

    @Test
    void aLineAStepWithSortedNamesAndPlainNumbers() throws IOException {
        try (Metrics metrics = Metrics.create(file)) {
            metrics.append(1, Map.of("loss", 0.25f, "learning_rate", 1e-4, "epoch", 0));
            metrics.append(2, Map.of("loss", 0.1f));
        }
        assertThat(file).hasContent("""
            {"step":1,"epoch":0,"learning_rate":1.0E-4,"loss":0.25}
            {"step":2,"loss":0.1}
            """);
        assertThat(Metrics.read(file))
                .containsExactly(
                        new Metrics.Line(1, Map.of("epoch", 0.0, "learning_rate", 1e-4, "loss", 0.25)),
                        new Metrics.Line(2, Map.of("loss", 0.1)));
    }

    @Test
    void aLineIsThereAtOnce() {
        try (Metrics metrics = Metrics.create(file)) {
            metrics.append(1, Map.of("loss", 1));
            assertThat(Metrics.read(file)).hasSize(1);
        }
    }

    @Test
    void aResumedFileHasTheBytesOfAnUninterruptedOne() throws IOException {
        write(file, 1, 6);
        byte[] whole = Files.readAllBytes(file);

        Path resumed = folder.resolve("resumed.jsonl");
        write(resumed, 1, 5); // killed after step 5, last checkpoint at 3
        try (Metrics metrics = Metrics.resume(resumed, 3)) {
            for (int step = 4; step <= 6; step++) {
                metrics.append(step, Map.of("loss", 1.0 / step));
            }
        }
        assertThat(resumed).hasBinaryContent(whole);
    }

    @Test
    void aHalfWrittenLineIsLeftOutWhenReadAndRemovedWhenResumed() throws IOException {
        write(file, 1, 2);
        String complete = Files.readString(file);
        append("{\"step\":3,\"lo");
        assertThat(Metrics.read(file)).hasSize(2);
        Metrics.resume(file, 3).close();
        assertThat(file).hasContent(complete);
    }

    @Test
    void whatComesAfterADamagedLineIsDroppedOnResume() throws IOException {
        write(file, 1, 2);
        String complete = Files.readString(file);
        append("\0\0\0\0\n{\"step\":3,\"loss\":1}\n");
        Metrics.resume(file, 3).close();
        assertThat(file).hasContent(complete);
    }

    @Test
    void nanIsRefused() {
        try (Metrics metrics = Metrics.create(file)) {
            assertThatThrownBy(() -> metrics.append(1, Map.of("loss", Double.NaN)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("loss of step 1 is NaN");
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Metrics.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": cannot be read: ");
    }

    private void append(String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    }

    private static void write(Path file, int from, int to) {
        try (Metrics metrics = Metrics.create(file)) {
            for (int step = from; step <= to; step++) {
                metrics.append(step, Map.of("loss", 1.0 / step));
            }
        }
    }
}
