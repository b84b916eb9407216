package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

class RunFolderTest {
    @TempDir
    Path temporary;

    private Path path;

    @BeforeEach
    void namePath() {
        path = temporary.resolve("runs/quickstart");
    }

    @Test
    void layout() {
        try (RunFolder run = RunFolder.create(path)) {
            assertThat(List.of(
                            run.recipe(),
                            run.metrics(),
                            run.lossCurve(),
                            run.summary(),
                            run.sample("before"),
                            run.tuner("sc-tuner")))
                    .containsExactly(
                            path.resolve("recipe.yaml"),
                            path.resolve("metrics.jsonl"),
                            path.resolve("loss.png"),
                            path.resolve("summary.md"),
                            path.resolve("samples/before.png"),
                            path.resolve("tuners/sc-tuner.safetensors"));
        }
    }

    @Test
    void twoWritersAreRefused() {
        try (RunFolder first = RunFolder.create(path)) {
            assertThatThrownBy(() -> RunFolder.create(first.path()))
                    .isInstanceOf(UserException.class)
                    .hasMessage(path + ": another process is writing to this run folder; wait for it or choose another "
                            + "output");
        }
        RunFolder.create(path).close();
    }

    @Test
    void anotherProcessIsAWriterToo() throws IOException, InterruptedException {
        Files.createDirectories(path);
        Path held = temporary.resolve("held");
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        path.toString(),
                        held.toString())
                .start();
        try {
            while (!Files.exists(held)) {
                assertThat(other.isAlive())
                        .as("the other process holds the folder")
                        .isTrue();
                Thread.sleep(20);
            }
            assertThatThrownBy(() -> RunFolder.create(path)).isInstanceOf(UserException.class);
        } finally {
            other.destroyForcibly().waitFor();
        }
        RunFolder.create(path).close(); // the lock dies with its process
    }

    @Test
    void anEarlierRunIsNotOverwrittenUnasked() {
        finishedRun();
        assertThatThrownBy(() -> RunFolder.create(path))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        path + ": holds a run already; go on with it by --resume, remove it, or choose another folder "
                                + "with output=FOLDER");
    }

    @Test
    void replacingRemovesTheRunAndNothingElse() throws IOException {
        finishedRun();
        Files.writeString(path.resolve("notes.txt"), "mine");
        RunFolder.replace(path).close();
        assertThat(names(path)).containsExactly(".lock", "notes.txt");
    }

    @Test
    void replacingAFolderThatHoldsNoRunRemovesNothing() throws IOException {
        Files.createDirectories(path.resolve("samples"));
        RunFolder.replace(path).close();
        assertThat(path.resolve("samples")).exists();
    }

    @Test
    void resumingNeedsARun() {
        assertThatThrownBy(() -> RunFolder.resume(path))
                .isInstanceOf(UserException.class)
                .hasMessage(path + ": holds no run to go on with (recipe.yaml is missing)");
        assertThat(path).doesNotExist();
    }

    @Test
    void checkpointsComeOutInOrder() {
        try (RunFolder run = RunFolder.create(path)) {
            assertThat(run.latestCheckpoint()).isEmpty();
            checkpoint(run, 100, "a");
            checkpoint(run, 1_000_000, "c");
            checkpoint(run, 200, "b");
            assertThat(run.allCheckpoints().stream().map(RunFolder.Checkpoint::step))
                    .containsExactly(100, 200, 1_000_000);
            assertThat(run.latestCheckpoint().orElseThrow().folder())
                    .isEqualTo(path.resolve("checkpoints/step-1000000"));
            run.keepCheckpoints(1);
            assertThat(names(path.resolve("checkpoints"))).containsExactly("step-1000000");
        }
    }

    @Test
    void aCheckpointThatFailsLeavesNothing() {
        try (RunFolder run = RunFolder.create(path)) {
            checkpoint(run, 100, "whole");
            assertThatThrownBy(() -> run.writeCheckpoint(200, folder -> {
                        AtomicFiles.writeText(folder.resolve("part"), "half");
                        throw new UserException("disk full");
                    }))
                    .hasMessage("disk full");
            assertThat(names(path.resolve("checkpoints"))).containsExactly("step-000100");
        }
    }

    @Test
    void aCheckpointOfTheSameStepStays() {
        try (RunFolder run = RunFolder.create(path)) {
            checkpoint(run, 100, "first");
            checkpoint(run, 100, "second");
            assertThat(path.resolve("checkpoints/step-000100/state")).hasContent("first");
            assertThat(names(path.resolve("checkpoints"))).containsExactly("step-000100");
        }
    }

    @Test
    void resumingIgnoresAndRemovesWhatAKilledProcessLeft() throws IOException {
        finishedRun();
        Files.createDirectories(path.resolve("checkpoints/.step-000200.part/deep"));
        try (RunFolder run = RunFolder.resume(path)) {
            assertThat(run.latestCheckpoint().orElseThrow().step()).isEqualTo(100);
            assertThat(names(path.resolve("checkpoints"))).containsExactly("step-000100");
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed() throws IOException {
        Files.writeString(temporary.resolve("runs"), "a file");
        assertThatThrownBy(() -> RunFolder.create(path))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("cannot write " + path + ": ");
    }

    private void finishedRun() {
        try (RunFolder run = RunFolder.create(path)) {
            AtomicFiles.writeText(run.recipe(), "name: quickstart\n");
            AtomicFiles.writeText(run.sample("before"), "a picture");
            checkpoint(run, 100, "state");
        }
    }

    private static void checkpoint(RunFolder run, int step, String content) {
        run.writeCheckpoint(step, folder -> AtomicFiles.writeText(folder.resolve("state"), content));
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes a run folder, says so by a file, and waits to be ended. */
    static final class Holder {
        public static void main(String[] arguments) throws Exception {
            try (RunFolder run = RunFolder.create(Path.of(arguments[0]))) {
                Files.writeString(Path.of(arguments[1]), run.path().toString());
                Thread.sleep(60_000);
            }
        }
    }
}
