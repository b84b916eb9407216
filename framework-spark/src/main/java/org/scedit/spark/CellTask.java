package org.scedit.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.scedit.core.run.FolderLock;
import org.scedit.core.sweep.Cell;

/**
 * Runs one cell, on an executor. Spark gives it to another executor when this one is lost; the run then goes on from its
 * last checkpoint. A run that fails is an answer, not a failure of Spark's, and so not tried again.
 */
final class CellTask implements Function<Integer, Outcome> {
    private static final long serialVersionUID = 1;
    private static final Duration GLANCE = Duration.ofMillis(300);

    /** The process of a lost executor writes its checkpoint and ends; before, nobody else can write in the run's folder. */
    private static final Duration LOST_PROCESS_ENDS = Duration.ofMinutes(2);

    private final String name;
    private final String folder;
    private final Workplace workplace;

    CellTask(Cell cell, Workplace workplace) {
        this.name = cell.name();
        this.folder = cell.folder().toAbsolutePath().toString();
        this.workplace = workplace;
    }

    @Override
    public Outcome call(Integer only) throws Exception {
        Optional<String> problem = workplace.problem();
        if (problem.isPresent()) {
            return Outcome.failed(problem.get());
        }
        var cell = new Cell(name, name, Map.of(), 0, "", Path.of(folder));
        long giveUp = System.nanoTime() + LOST_PROCESS_ENDS.toNanos();
        while (FolderLock.isTaken(cell.folder()) && System.nanoTime() < giveUp) {
            Thread.sleep(GLANCE.toMillis());
        }
        // the executor may have been lost after the run was done and before that was told
        return cell.finished() ? Outcome.done() : run(cell, TaskContext.get());
    }

    private Outcome run(Cell cell, TaskContext task) throws Exception {
        String attempt = task.attemptNumber() == 0 ? "" : ", after the loss of an executor";
        try (var process =
                CellProcess.start(cell, workplace, task.cpus(), "on " + Workplace.host() + " by Spark" + attempt)) {
            while (!process.ended(GLANCE)) {
                if (task.isInterrupted() || workplace.closed()) {
                    throw new TaskKilledException("stopped");
                }
            }
            if (process.succeeded()) {
                return Outcome.done();
            }
            if (process.wasAskedToStop()) {
                throw new IllegalStateException("the run was stopped on " + Workplace.host());
            }
            return Outcome.failed(process.reason());
        }
    }
}
