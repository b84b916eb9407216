package org.scedit.spark;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.scedit.core.UserException;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellExecutor;
import org.scedit.core.sweep.CellListener;

/**
 * Runs cells on Spark. All machines see the sweep's folder under the same path, and have scedit: files are not sent, so
 * that what a run writes is where a local run would write it.
 */
final class SparkCells implements CellExecutor {
    private final Master master;
    private final Options options;

    SparkCells(Master master, Options options) {
        this.master = master;
        this.options = options;
    }

    @Override
    public void run(List<Cell> cells, CellListener listener) {
        if (cells.isEmpty()) {
            return;
        }
        Path folder = cells.get(0).folder().toAbsolutePath().normalize().getParent();
        Settings settings = Settings.of(master, folder.getParent().getFileName().toString(), options.threads());
        settings.reserve(cells.stream().mapToLong(options.memoryOf()).max().orElse(0));
        try (Token token = Token.in(folder)) {
            var workplace = new Workplace(
                    Path.of("").toAbsolutePath().toString(),
                    token.file().toString(),
                    token.secret(),
                    settings.home(),
                    Settings.environment());
            try (JavaSparkContext spark = start(settings)) {
                if (executorsCanWork(spark, workplace, settings.longestWait())) {
                    new CellJobs(spark, token, workplace, options, listener).run(cells);
                } else {
                    cells.forEach(listener::stopped);
                }
            }
        }
    }

    private JavaSparkContext start(Settings settings) {
        try {
            return new JavaSparkContext(settings.conf());
        } catch (Exception e) { // Spark throws checked ones undeclared
            throw new UserException("--spark " + master.url() + ": Spark cannot be started: " + told(e), e);
        }
    }

    /**
     * Waits until executors work, and asks as many tasks as they run at the same time whether they see what they need.
     *
     * @return false if the user asked to stop meanwhile
     */
    private boolean executorsCanWork(JavaSparkContext spark, Workplace workplace, Duration wait) {
        long giveUp = System.nanoTime() + wait.toNanos();
        try {
            int tasks = Math.max(1, spark.defaultParallelism());
            JavaFutureAction<List<String>> asked = spark.parallelize(Collections.nCopies(tasks, 0), tasks)
                    .map(new WorkplaceTask(workplace))
                    .collectAsync();
            while (!asked.isDone()) {
                if (options.stop().getAsBoolean()) {
                    return false;
                }
                if (System.nanoTime() > giveUp) {
                    throw noExecutor(spark.getConf(), wait);
                }
                Thread.sleep(CellJobs.GLANCE_MILLIS);
            }
            List<String> problems = asked.get().stream()
                    .filter(text -> !text.isEmpty())
                    .distinct()
                    .toList();
            if (!problems.isEmpty()) {
                throw new UserException("--spark " + master.url() + ": " + String.join("\n", problems));
            }
            return true;
        } catch (ExecutionException | IllegalStateException e) { // the latter where Spark has ended already
            if (options.stop().getAsBoolean()) {
                return false; // a signal to this process ends Spark as well
            }
            throw new UserException(
                    "--spark " + master.url() + ": " + told(e.getCause() == null ? e : e.getCause()) + "; is a Spark "
                            + spark.version() + " there?",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private UserException noExecutor(SparkConf conf, Duration wait) {
        return new UserException("--spark " + master.url() + ": no executor has begun to work within "
                + wait.toSeconds()
                + " s; the cluster is busy, or has none with " + conf.get("spark.executor.memory") + " of memory and "
                + conf.get("spark.task.cpus", "1") + " free cores, as its page shows; to wait longer:"
                + " SCEDIT_JAVA_OPTS=-D" + Settings.WAIT + "=SECONDS");
    }

    /** What Spark says of a failure, without the stack traces that it puts into messages. */
    static String told(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.lines().findFirst().orElse(failure.toString());
    }
}
