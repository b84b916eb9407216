package org.scedit.spark;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellCommand;

/**
 * The process in which a cell runs, beside Spark's executor: libtorch's memory is not the executor's, and what goes wrong
 * in native code ends that process only. Its console goes to the cell's log.
 */
final class CellProcess implements AutoCloseable {
    /** The exit status of a process that the system has ended by SIGKILL, as it does when memory is short. */
    private static final int KILLED = 137;

    private static final int SIGTERM = 143;
    private static final int INTERRUPTED = 130;
    private static final Duration LAST_CHECKPOINT = Duration.ofSeconds(150);
    private static final int TOLD_LINES = 12;

    private final Process process;
    private final Path log;
    private final long logged;

    private CellProcess(Process process, Path log, long logged) {
        this.process = process;
        this.log = log;
        this.logged = logged;
    }

    /**
     * Begins the cell's run, or goes on with it.
     *
     * @param cell    with absolute paths
     * @param heading a line for the log before what the process writes
     */
    static CellProcess start(Cell cell, Workplace workplace, int threads, String heading) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(workplace.launcher());
        command.addAll(cell.arguments());
        var builder = new ProcessBuilder(command)
                .directory(Path.of(workplace.directory()).toFile());
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        builder.environment().putAll(workplace.environment());
        // a run whose executor is lost ends, since another executor goes on with it
        String parent =
                "-D" + CellCommand.PARENT + "=" + ProcessHandle.current().pid();
        builder.environment()
                .merge("SCEDIT_JAVA_OPTS", parent, (options, more) -> options.isBlank() ? more : options + " " + more);
        builder.redirectErrorStream(true);
        Path log = cell.log();
        Files.writeString(log, heading + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        builder.redirectOutput(Redirect.appendTo(log.toFile()));
        long logged = Files.size(log);
        Process process = builder.start();
        process.getOutputStream().close(); // nobody types
        return new CellProcess(process, log, logged);
    }

    /** Waits some time; whether the process has ended. */
    boolean ended(Duration wait) throws InterruptedException {
        return process.waitFor(wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether it has ended with a result. */
    boolean succeeded() {
        return process.exitValue() == 0;
    }

    /** Whether it has ended by a signal that asks for a checkpoint, and so can go on elsewhere. */
    boolean wasAskedToStop() {
        return process.exitValue() == SIGTERM || process.exitValue() == INTERRUPTED;
    }

    /** Why it ended without a result: the end of what it wrote. */
    String reason() {
        if (process.exitValue() == KILLED) {
            return "its process was killed on " + Workplace.host() + ", most likely as memory ran out; give Spark fewer"
                    + " cells at a time by --parallel or --memory";
        }
        String written = lastLines();
        return written.isEmpty()
                ? "its process ended on " + Workplace.host() + " with status " + process.exitValue()
                        + " and said nothing"
                : written;
    }

    private String lastLines() {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(logged);
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
        } catch (IOException e) {
            return "";
        }
    }

    /** Asks a process that still runs to write its checkpoint, and waits until it has ended. */
    @Override
    public void close() {
        boolean interrupted = false;
        process.destroy();
        long giveUp = System.nanoTime() + LAST_CHECKPOINT.toNanos();
        while (process.isAlive()) {
            if (System.nanoTime() > giveUp) {
                process.destroyForcibly();
            }
            try {
                process.waitFor(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
