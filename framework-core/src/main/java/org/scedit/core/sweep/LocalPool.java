package org.scedit.core.sweep;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.run.FolderLock;
import org.scedit.core.shared.SharedFiles;

/**
 * Runs cells on this machine, each in a process of its own: as many at a time as are wanted and as the memory allows, the
 * first of those waiting that fits.
 */
public final class LocalPool implements CellExecutor {
    private static final int POLL_MILLIS = 50;
    private static final int LINES_TOLD = 20;
    /** A process that was killed ends with this and the signal's number. */
    private static final int SIGNALLED = 128;

    private static final int KILL = 9;
    /** Below this a disk counts as full. */
    private static final long LEAST_SPACE = 16 << 20;
    /** How long a cell may be held by a process of a sweep that was killed, until it has noticed. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);

    private record Running(Cell cell, Process process) {}

    private final Options options;
    private final List<String> command;
    private boolean diskFull;

    /**
     * @param command begins scedit; a cell's arguments follow. {@link CellCommand#like} makes one
     */
    public LocalPool(Options options, List<String> command) {
        this.options = options;
        this.command = List.copyOf(command);
    }

    @Override
    public void run(List<Cell> cells, CellListener listener) {
        List<Cell> waiting = new ArrayList<>(cells);
        List<Running> running = new ArrayList<>();
        Instant patience = Instant.now().plus(LONGEST_WAIT);
        boolean asked = false;
        try {
            while (!running.isEmpty() || !waiting.isEmpty() && !options.stop().getAsBoolean() && !diskFull) {
                if (options.stop().getAsBoolean()) {
                    if (!asked) {
                        running.forEach(each -> each.process.destroy()); // SIGTERM: a checkpoint, then the end
                        asked = true;
                    }
                } else {
                    begin(waiting, running, listener, Instant.now().isAfter(patience));
                }
                await(running);
                for (Running each : List.copyOf(running)) {
                    if (!each.process.isAlive()) {
                        running.remove(each);
                        ended(each, listener);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.forEach(each -> each.process.destroy());
        }
        waiting.forEach(listener::stopped);
        if (diskFull) {
            throw new UserException("the disk of " + cells.get(0).folder().getParent()
                    + " is full, so no more cells were begun; what is done stays. Free some space and give the same"
                    + " command again, which goes on");
        }
    }

    private static void await(List<Running> running) throws InterruptedException {
        if (running.isEmpty()) {
            Thread.sleep(POLL_MILLIS);
        } else {
            running.get(0).process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void begin(List<Cell> waiting, List<Running> running, CellListener listener, boolean impatient) {
        while (running.size() < options.parallel() && !diskFull) {
            long used = running.stream()
                    .mapToLong(each -> options.memoryOf().applyAsLong(each.cell))
                    .sum();
            Optional<Cell> next = waiting.stream()
                    .filter(cell ->
                            running.isEmpty() || options.memoryOf().applyAsLong(cell) <= options.memory() - used)
                    .filter(cell -> impatient || !FolderLock.isTaken(cell.folder()))
                    .findFirst();
            if (next.isEmpty()) {
                return;
            }
            Cell cell = next.get();
            waiting.remove(cell);
            try {
                Files.deleteIfExists(cell.error());
                Process process = process(cell);
                running.add(new Running(cell, process));
                listener.began(cell);
            } catch (IOException e) {
                failed(cell, "cannot be begun: " + e, listener);
            }
        }
    }

    private Process process(Cell cell) throws IOException {
        List<String> line = new ArrayList<>(command);
        line.addAll(cell.arguments());
        var builder = new ProcessBuilder(line)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(cell.log().toFile()))
                .redirectError(ProcessBuilder.Redirect.to(notices(cell).toFile()));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(options.threads()));
        builder.environment().put("MKL_NUM_THREADS", Integer.toString(options.threads()));
        Path sweep = cell.folder().toAbsolutePath().normalize().getParent().getParent();
        builder.environment()
                .putIfAbsent(SharedFiles.VARIABLE, sweep.resolve("shared").toString());
        return builder.start();
    }

    /** What the cell's process says besides its results; its log takes it over in the end. */
    private static Path notices(Cell cell) {
        return cell.folder().resolveSibling("." + cell.name() + ".notices");
    }

    private void ended(Running run, CellListener listener) {
        Cell cell = run.cell;
        int status = run.process.exitValue();
        String notices = takeNotices(cell);
        if (status == 0 && cell.finished()) {
            listener.finished(cell);
        } else if (options.stop().getAsBoolean()) {
            listener.stopped(cell);
        } else {
            failed(cell, reason(cell, status, notices), listener);
        }
    }

    private static String takeNotices(Cell cell) {
        Path file = notices(cell);
        try {
            byte[] bytes = Files.readAllBytes(file);
            Files.write(cell.log(), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Files.delete(file);
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return ""; // a full disk, which the cell's end tells of
        }
    }

    private static String reason(Cell cell, int status, String notices) {
        if (status == SIGNALLED + KILL) {
            return "its process was killed, most likely as memory ran out; lower --parallel or --memory, or what"
                    + " 'scedit plan " + cell.recipeFile() + "' tells of";
        }
        List<String> lines = notices.lines().toList();
        return lines.isEmpty()
                ? "its process ended with status " + status + " and said nothing; see " + cell.log()
                : String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_TOLD), lines.size()));
    }

    private void failed(Cell cell, String reason, CellListener listener) {
        diskFull |= reason.contains("No space left on device")
                || isFull(cell.folder().getParent());
        try {
            AtomicFiles.writeText(cell.error(), reason + "\n");
        } catch (UserException e) {
            diskFull |= isFull(cell.folder().getParent()); // the listener is told all the same
        }
        listener.failed(cell, reason);
    }

    private static boolean isFull(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace() < LEAST_SPACE;
        } catch (IOException e) {
            return false;
        }
    }
}
