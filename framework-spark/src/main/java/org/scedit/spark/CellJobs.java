package org.scedit.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.run.FolderLock;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellExecutor;
import org.scedit.core.sweep.CellListener;

/**
 * Gives cells to Spark, each as a job of one task: a cell that takes its executor down again and again then fails alone.
 * Where and when they run is Spark's affair; here it is only seen to that no more are given to it than may run together.
 */
final class CellJobs {
    static final int GLANCE_MILLIS = 200;
    private static final long CHECKPOINTS_SECONDS = 180;

    /** How long a network file system may keep showing a folder as it was. */
    private static final long SEEN_SECONDS = 60;

    private final JavaSparkContext spark;
    private final Token token;
    private final Workplace workplace;
    private final CellExecutor.Options options;
    private final CellListener listener;
    private final RunningTasks tasks = new RunningTasks();
    private final Deque<Cell> waiting = new ArrayDeque<>();
    private final Map<Cell, JavaFutureAction<List<Outcome>>> submitted = new LinkedHashMap<>();
    private final Set<Cell> begun = new HashSet<>();

    /** @param token is closed to have executors stop */
    CellJobs(
            JavaSparkContext spark,
            Token token,
            Workplace workplace,
            CellExecutor.Options options,
            CellListener listener) {
        this.spark = spark;
        this.token = token;
        this.workplace = workplace;
        this.options = options;
        this.listener = listener;
        spark.sc().addSparkListener(tasks);
    }

    /** Returns when none of the cells runs any more. */
    void run(List<Cell> cells) {
        waiting.addAll(cells);
        try {
            while (!waiting.isEmpty() || !submitted.isEmpty()) {
                boolean ended = spark.sc().isStopped();
                if (options.stop().getAsBoolean()) { // asked second: a signal to this process ends Spark as well
                    stop();
                    return;
                }
                if (ended) {
                    throw new UserException("Spark has ended the application, or its master is gone; what is finished"
                            + " is kept: give the same command again to go on");
                }
                submit();
                settle();
                Thread.sleep(GLANCE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit() {
        while (!waiting.isEmpty() && fits(waiting.peek())) {
            Cell cell = waiting.remove();
            try {
                Files.deleteIfExists(cell.error());
            } catch (IOException e) {
                throw new UserException(cell.error() + ": cannot be removed: " + e.getMessage(), e);
            }
            spark.setLocalProperty(RunningTasks.CELL, cell.name());
            submitted.put(
                    cell,
                    spark.parallelize(List.of(0), 1)
                            .map(new CellTask(cell, workplace))
                            .collectAsync());
        }
    }

    /** Whether one more may run beside those given to Spark; one alone always may. */
    private boolean fits(Cell cell) {
        long taken = submitted.keySet().stream().mapToLong(options.memoryOf()).sum();
        return submitted.isEmpty()
                || submitted.size() < options.parallel()
                        && options.memoryOf().applyAsLong(cell) <= options.memory() - taken;
    }

    private void settle() throws InterruptedException {
        for (Cell cell : List.copyOf(submitted.keySet())) {
            if (tasks.began(cell.name()) && begun.add(cell)) {
                listener.began(cell);
            }
            JavaFutureAction<List<Outcome>> job = submitted.get(cell);
            if (job.isDone()) {
                if (spark.sc().isStopped()) {
                    return; // the job has failed because of that
                }
                submitted.remove(cell);
                tell(cell, outcome(job));
            }
        }
    }

    private static Outcome outcome(JavaFutureAction<List<Outcome>> job) throws InterruptedException {
        try {
            return job.get().get(0);
        } catch (ExecutionException e) {
            return Outcome.failed(SparkCells.told(e.getCause()));
        }
    }

    private void tell(Cell cell, Outcome outcome) throws InterruptedException {
        if (!outcome.finished()) {
            fail(cell, outcome.reason());
        } else if (seen(cell)) {
            listener.finished(cell);
        } else {
            fail(
                    cell,
                    "an executor says that the run is done, but " + cell.folder() + " has no summary.md on this"
                            + " machine: the folder is not the same storage there and here");
        }
    }

    private void fail(Cell cell, String reason) {
        try {
            AtomicFiles.writeText(cell.error(), reason + "\n");
        } catch (UserException fullDisk) {
            // what the reason is likely to say as well
        }
        listener.failed(cell, reason);
    }

    private static boolean seen(Cell cell) throws InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(SEEN_SECONDS);
        while (!cell.finished() && System.nanoTime() < giveUp) {
            Thread.sleep(GLANCE_MILLIS);
        }
        return cell.finished();
    }

    /** Has the executors stop their processes, which write checkpoints, and waits for that. */
    private void stop() throws InterruptedException {
        token.close();
        submitted.values().forEach(job -> job.cancel(true));
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(CHECKPOINTS_SECONDS);
        do {
            Thread.sleep(GLANCE_MILLIS);
        } while (anyRuns() && System.nanoTime() < giveUp);
        for (Cell cell : submitted.keySet()) {
            if (cell.finished()) {
                listener.finished(cell);
            } else {
                listener.stopped(cell);
            }
        }
        waiting.forEach(listener::stopped);
    }

    private boolean anyRuns() {
        return tasks.running() > 0 && !spark.sc().isStopped()
                || submitted.keySet().stream().anyMatch(cell -> FolderLock.isTaken(cell.folder()));
    }
}
