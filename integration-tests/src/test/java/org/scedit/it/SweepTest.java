package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sweeps of whole processes on the embedded model: in whatever way their cells are run, one after another, side by side,
 * killed and begun again, or each by {@code scedit run}, they leave the same files.
 */
class SweepTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> CELLS =
            List.of("tuners=lora-rank-2,seed=0", "tuners=sc-tuner-down_ratio-0.1,seed=0");
    /** Tell times, or belong to a process. */
    private static final List<String> NOT_COMPARED = List.of("summary.md", "cost.json", ".lock");

    private static final int KILLS = 3;
    private static final long SEED = 5;

    @TempDir
    private Path folder;

    @Test
    void howeverASweepIsRunItLeavesTheSameFiles() throws Exception {
        assertThat(ends(ablate("serial", 1))).isZero();
        Map<String, byte[]> serial = files("serial");
        assertThat(serial.keySet())
                .contains("tuners=lora-rank-2,seed=0/tuners/lora.safetensors", CELLS.get(1) + "/metrics.jsonl");

        assertThat(ends(ablate("parallel", 2))).isZero();
        assertSame("parallel", serial);

        killed();
        assertSame("killed", serial);

        for (String cell : CELLS) {
            Path recipe = folder.resolve("single").resolve(cell + ".yaml");
            Files.createDirectories(recipe.getParent());
            Files.copy(folder.resolve("serial/runs/sweep/cells").resolve(cell + ".yaml"), recipe);
            assertThat(ends(scedit("single", "run", recipe.toString()))).isZero();
        }
        assertSame("single", serial);
    }

    /** Every other time only the process that was started, whose cells have to notice. */
    private void killed() throws Exception {
        var random = new Random(SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            Process sweep = ablate("killed", 2);
            if (sweep.waitFor(1000 + random.nextInt(6000), TimeUnit.MILLISECONDS)) {
                break; // a fast machine
            }
            List<ProcessHandle> cells = sweep.descendants().toList();
            sweep.destroyForcibly().waitFor();
            if (kill % 2 == 0) {
                cells.forEach(ProcessHandle::destroyForcibly);
            }
        }
        assertThat(ends(ablate("killed", 2))).isZero();
    }

    private Process ablate(String name, int parallel) throws IOException {
        Path recipe = Files.writeString(folder.resolve("sweep.yaml"), """
                name: sweep
                extends: %s
                model: { path: %s }
                data: { count: 6 }
                train: { steps: 6, warmup: 1, batch: 2, checkpoint_every: 1 }
                sample: { prompts: [a red circle], steps: 1 }
                sweep:
                  grid:
                    tuners:
                      - [{use: lora, rank: 2}]
                      - [{use: sc-tuner, down_ratio: 0.1}]
                  seeds: [0]
                """.formatted(
                        REPOSITORY.resolve("recipes/quickstart.yaml"), REPOSITORY.resolve("models/embedded")));
        return scedit(name, "ablate", recipe.toString(), "--parallel=" + parallel, "--threads=1");
    }

    private Process scedit(String workingDirectory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                "org.scedit.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        Path directory = Files.createDirectories(folder.resolve(workingDirectory));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("console").toFile()));
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("MKL_NUM_THREADS", "1");
        return builder.start();
    }

    private static int ends(Process process) throws InterruptedException {
        return process.waitFor();
    }

    private void assertSame(String name, Map<String, byte[]> expected) throws IOException {
        Map<String, byte[]> files = files(name);
        assertThat(files.keySet()).as(name).isEqualTo(expected.keySet());
        files.forEach((file, bytes) -> assertThat(bytes).as(name + ": " + file).isEqualTo(expected.get(file)));
    }

    /** Of all cells, by their path below the folder of the cells. */
    private Map<String, byte[]> files(String name) throws IOException {
        Path cells = folder.resolve(name).resolve("runs/sweep/cells");
        assertThat(cells)
                .as(Files.readString(folder.resolve(name).resolve("console")))
                .isDirectory();
        Map<String, byte[]> files = new TreeMap<>();
        for (String cell : CELLS) {
            try (Stream<Path> found = Files.walk(cells.resolve(cell))) {
                for (Path file : found.filter(Files::isRegularFile).toList()) {
                    boolean checkpoint =
                            file.startsWith(cells.resolve(cell).resolve("checkpoints")); // more if interrupted
                    if (!checkpoint && !NOT_COMPARED.contains(file.getFileName().toString())) {
                        files.put(cells.relativize(file).toString(), Files.readAllBytes(file));
                    }
                }
            }
        }
        return files;
    }
}
