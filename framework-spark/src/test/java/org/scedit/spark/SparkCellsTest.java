package org.scedit.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellExecutor;
import org.scedit.core.sweep.CellListener;

/** Spark in this process, and once with executors of their own. Most cells are a line of shell, which is quicker. */
@Timeout(300)
class SparkCellsTest {
    private static final String DONE = "mkdir -p $folder; echo done > $folder/summary.md";
    private static final String PATH = System.getProperty("java.class.path");

    @TempDir
    private Path folder;

    private final Events events = new Events();

    @BeforeEach
    void settings() {
        System.setProperty("scedit.home", folder.toString());
    }

    @AfterEach
    void noSettings() {
        System.clearProperty("scedit.home");
        System.clearProperty("spark.executor.extraClassPath");
        System.clearProperty("spark.scedit.wait");
    }

    @Test
    void aCellOnSparkWritesTheFilesOfALocalRun() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        launcher("exec '" + java + "' -Xmx512m -Djava.awt.headless=true -Dai.djl.offline=true -DOPT_OUT_TRACKING=true"
                + " -cp '" + PATH + "' org.scedit.cli.Main \"$@\"");
        Cell cell = tiny("seed=7", 7);
        assertThat(locally(cell)).isZero();
        Map<String, byte[]> expected = deterministic(cell.folder());
        Files.move(folder.resolve("cells"), folder.resolve("local"));
        tiny("seed=7", 7);

        run("local[1]", List.of(cell));

        assertThat(events.told).containsExactly("began seed=7", "finished seed=7");
        Map<String, byte[]> files = deterministic(cell.folder());
        assertThat(files.keySet()).isEqualTo(expected.keySet()).contains("tuners/sc-tuner.safetensors");
        files.forEach((file, bytes) -> assertThat(bytes).as(file).isEqualTo(expected.get(file)));
        assertThat(cell.log()).content().startsWith("on " + Workplace.host() + " by Spark\n");
    }

    @Test
    void aFailingCellDoesNotKeepTheOthersFromRunning() throws Exception {
        launcher("case $folder in *bad) echo a recipe is wrong >&2; exit 2;; *) " + DONE + ";; esac");
        Cell bad = cell("bad");
        Cell good = cell("good");

        run("local[1]", List.of(bad, good));

        assertThat(events.told)
                .contains("failed bad: a recipe is wrong", "finished good")
                .hasSize(4);
        assertThat(bad.error()).hasContent("a recipe is wrong");
        assertThat(folder.resolve("cells/.spark")).doesNotExist();

        launcher(DONE);
        run("local[1]", List.of(bad));

        assertThat(events.told).contains("finished bad");
        assertThat(bad.error()).doesNotExist();
    }

    @Test
    void aStopAsksForACheckpoint() throws Exception {
        launcher("trap 'echo a checkpoint; exit 143' TERM; touch " + folder.resolve("runs")
                + "; while true; do sleep 0.1; done");
        Cell running = cell("running");

        run("local[1]", List.of(running, cell("waiting")), () -> Files.exists(folder.resolve("runs")));

        assertThat(events.told).endsWith("stopped running", "stopped waiting");
        assertThat(running.log()).content().endsWith("a checkpoint\n");
        assertThat(running.error()).doesNotExist();
    }

    @Test
    void theCellOfALostExecutorIsRunAgain() throws Exception {
        System.setProperty("spark.executor.extraClassPath", PATH);
        Path lost = folder.resolve("lost");
        launcher("if mkdir " + lost + " 2> /dev/null; then kill -9 $PPID; exit 1; fi; " + DONE);
        Cell first = cell("first");

        run("local-cluster[2,1,512]", List.of(first, cell("second")));

        assertThat(lost).exists();
        assertThat(events.told).contains("finished first", "finished second").hasSize(4);
        assertThat(Stream.of("first", "second")
                        .map(name -> folder.resolve("cells/" + name + ".log"))
                        .map(SparkCellsTest::text)
                        .filter(log -> log.contains("after the loss of an executor")))
                .hasSize(1);
    }

    @Test
    void anInstallationThatExecutorsDoNotHaveIsToldBeforeAnyCell() {
        assertThatThrownBy(() -> run("local[1]", List.of(cell("never"))))
                .isInstanceOf(UserException.class)
                .hasMessage("--spark local[1]: executor on " + Workplace.host() + " has no scedit in " + folder
                        + "; install it there, or tell the folder where it is on all machines:"
                        + " SCEDIT_JAVA_OPTS=-Dspark.scedit.home=FOLDER");
        assertThat(events.told).isEmpty();
    }

    @Test
    void aClusterWithoutExecutorsIsNotWaitedForLong() throws Exception { // theirs do not start: they have no class path
        launcher(DONE);
        System.setProperty("spark.scedit.wait", "2");

        assertThatThrownBy(() -> run("local-cluster[1,1,512]", List.of(cell("never"))))
                .isInstanceOf(UserException.class)
                .hasMessage("--spark local-cluster[1,1,512]: no executor has begun to work within 2 s; the cluster is"
                        + " busy, or has none with 512m of memory and 1 free cores, as its page shows; to wait longer:"
                        + " SCEDIT_JAVA_OPTS=-Dspark.scedit.wait=SECONDS");
    }

    private void run(String master, List<Cell> cells) {
        run(master, cells, new AtomicBoolean()::get);
    }

    private void run(String master, List<Cell> cells, BooleanSupplier stop) {
        var options = new CellExecutor.Options(master, Integer.MAX_VALUE, 1, Long.MAX_VALUE, cell -> 0, stop);
        new SparkProvider().create(options).run(cells, events);
    }

    /** A launcher of scedit that does something else; {@code $folder} is the run's folder. */
    private void launcher(String script) throws IOException {
        Path launcher = folder.resolve("scedit");
        Files.writeString(launcher, "#!/bin/sh\nfolder=${2%.yaml}\n" + script + "\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Cell cell(String name) throws IOException {
        return cell(name, 0, "");
    }

    /** Two steps on the embedded model. */
    private Cell tiny(String name, int seed) throws IOException {
        return cell(name, seed, """
                name: tiny
                output: %s
                seed: %d
                model: { path: ../models/embedded }
                tuners: [{ use: sc-tuner }]
                data: { source: scenes, styles: [stripes], count: 2, objects: [1] }
                train: { steps: 2, batch: 1, learning_rate: 1.0e-3 }
                """.formatted(folder.resolve("cells").resolve(name), seed));
    }

    private Cell cell(String name, int seed, String recipe) throws IOException {
        Path cells = Files.createDirectories(folder.resolve("cells"));
        var cell = new Cell(name, "", Map.of(), seed, recipe, cells.resolve(name));
        Files.writeString(cell.recipeFile(), recipe);
        return cell;
    }

    private int locally(Cell cell) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(folder.resolve("scedit").toString()));
        command.addAll(cell.arguments());
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.redirectOutput(cell.log().toFile()).start().waitFor();
    }

    /** The files of a run but those that tell times. */
    private static Map<String, byte[]> deterministic(Path run) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(run)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                String name = run.relativize(path).toString();
                if (!name.equals("summary.md") && !name.equals("cost.json")) {
                    files.put(name, Files.readAllBytes(path));
                }
            }
        }
        return files;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes down what it is told. */
    private static final class Events implements CellListener {
        private final List<String> told = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void began(Cell cell) {
            told.add("began " + cell.name());
        }

        @Override
        public void finished(Cell cell) {
            told.add("finished " + cell.name());
        }

        @Override
        public void failed(Cell cell, String reason) {
            told.add("failed " + cell.name() + ": " + reason);
        }

        @Override
        public void stopped(Cell cell) {
            told.add("stopped " + cell.name());
        }
    }
}
