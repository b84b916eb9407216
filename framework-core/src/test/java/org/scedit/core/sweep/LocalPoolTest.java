package org.scedit.core.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

/** The pool with a shell script in place of scedit, which does what the cell's name says. */
class LocalPoolTest {
    private static final String SCRIPT = """
            echo "$@ on $OMP_NUM_THREADS threads"
            target=${2%.yaml}
            mkdir -p "$target"
            case $target in
                *refused*) echo "recipe.yaml:1:1   is wrong" >&2; exit 2 ;;
                *killed*) kill -9 $$ ;;
                *silent*) exit 1 ;;
                *full*) echo "cannot write it: No space left on device" >&2; exit 2 ;;
                *long*) trap 'touch "$target/checkpoint"; exit 143' TERM; while :; do sleep 0.02; done ;;
                *slow*) sleep 0.3 ;;
            esac
            touch "$target/summary.md"
            """;

    @TempDir
    private Path folder;

    private Path script;
    private final List<String> told = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private int running;
    private int mostRunning;

    @BeforeEach
    void writeScript() throws IOException {
        script = Files.writeString(folder.resolve("scedit.sh"), SCRIPT);
        Files.createDirectories(folder.resolve("cells"));
    }

    @Test
    void aFailureIsToldAndTheOthersGoOn() throws IOException {
        List<Cell> cells = cells("one", "refused", "killed", "silent", "two");
        run(1, cells);
        assertThat(told)
                .containsExactly(
                        "began one",
                        "finished one",
                        "began refused",
                        "failed refused: recipe.yaml:1:1   is wrong",
                        "began killed",
                        "failed killed: its process was killed, most likely as memory ran out; lower --parallel or --memory,"
                                + " or what 'scedit plan " + cells.get(2).recipeFile() + "' tells of",
                        "began silent",
                        "failed silent: its process ended with status 1 and said nothing; see "
                                + cells.get(3).log(),
                        "began two",
                        "finished two");
        assertThat(cells.get(1).error()).hasContent("recipe.yaml:1:1   is wrong");
        assertThat(cells.get(1).log())
                .hasContent("run " + cells.get(1).recipeFile() + " on 3 threads\nrecipe.yaml:1:1   is wrong");
        assertThat(cells.get(0).error()).doesNotExist();
        try (Stream<Path> files = Files.list(folder.resolve("cells"))) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("."));
        }
    }

    @Test
    void anErrorGoesWhenTheCellIsRunAgain() throws IOException {
        Cell cell = cells("one").get(0);
        Files.writeString(cell.error(), "before");
        run(1, List.of(cell));
        assertThat(cell.error()).doesNotExist();
    }

    @Test
    void whatWasBegunResumes() throws IOException {
        Cell cell = cells("one").get(0);
        Files.createDirectories(cell.folder());
        Files.writeString(cell.folder().resolve("recipe.yaml"), "");
        run(1, List.of(cell));
        assertThat(cell.log()).hasContent("run " + cell.folder() + " --resume on 3 threads");
    }

    @Test
    void asManyRunAsAreWanted() {
        run(2, cells("slow1", "slow2", "slow3", "slow4"));
        assertThat(told).hasSize(8);
        assertThat(mostRunning).isEqualTo(2);
    }

    @Test
    void memoryBoundsHowManyRun() {
        List<Cell> cells = cells("slow-large", "slow-large2", "slow-small");
        run(3, cells, 10, cell -> cell.name().contains("large") ? 7 : 3);
        assertThat(told.subList(0, 2)).containsExactly("began slow-large", "began slow-small");
        assertThat(mostRunning).isEqualTo(2);
        assertThat(told).contains("finished slow-large2");
    }

    @Test
    void aCellLargerThanTheBoundRunsAlone() {
        run(3, cells("slow1", "slow2"), 10, cell -> 100);
        assertThat(mostRunning).isEqualTo(1);
        assertThat(told).contains("finished slow1", "finished slow2");
    }

    @Test
    void whenAskedToStopWhatRunsWritesCheckpointsAndNothingBegins() throws Exception {
        List<Cell> cells = cells("long1", "long2", "one");
        var pool = new Thread(() -> run(2, cells));
        pool.start();
        while (!cells.get(0).folder().toFile().exists()
                || !cells.get(1).folder().toFile().exists()) {
            Thread.sleep(10);
        }
        Thread.sleep(100); // the script's trap
        stop.set(true);
        pool.join();
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "began long1", "began long2", "stopped long1", "stopped long2", "stopped one");
        assertThat(cells.get(0).folder().resolve("checkpoint")).exists();
    }

    @Test
    void aFullDiskEndsTheSweepAndWhatIsDoneStays() {
        List<Cell> cells = cells("one", "full", "two");
        assertThatThrownBy(() -> run(1, cells))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "the disk of " + folder.resolve("cells") + " is full, so no more cells were begun; what is done"
                                + " stays. Free some space and give the same command again, which goes on");
        assertThat(told)
                .containsExactly(
                        "began one",
                        "finished one",
                        "began full",
                        "failed full: cannot write it: No space left on device",
                        "stopped two");
        assertThat(cells.get(0).finished()).isTrue();
    }

    private List<Cell> cells(String... names) {
        return Stream.of(names)
                .map(name -> new Cell(
                        name, name, Map.of(), 0, "", folder.resolve("cells").resolve(name)))
                .toList();
    }

    private void run(int parallel, List<Cell> cells) {
        run(parallel, cells, Long.MAX_VALUE, cell -> 1);
    }

    private void run(int parallel, List<Cell> cells, long memory, ToLongFunction<Cell> memoryOf) {
        var options = new CellExecutor.Options("", parallel, 3, memory, memoryOf, stop::get);
        new LocalPool(options, List.of("sh", script.toString())).run(cells, new CellListener() {
            @Override
            public void began(Cell cell) {
                told.add("began " + cell.name());
                mostRunning = Math.max(mostRunning, ++running);
            }

            @Override
            public void finished(Cell cell) {
                told.add("finished " + cell.name());
                running--;
            }

            @Override
            public void failed(Cell cell, String reason) {
                told.add("failed " + cell.name() + ": " + reason);
                running--;
            }

            @Override
            public void stopped(Cell cell) {
                told.add("stopped " + cell.name());
            }
        });
    }
}
