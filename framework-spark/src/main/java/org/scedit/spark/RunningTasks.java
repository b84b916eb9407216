package org.scedit.spark;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** Which cells an executor has taken, as Spark tells it a moment later. A job's property {@link #CELL} names its cell. */
final class RunningTasks extends SparkListener {
    /** Name of the local property that a cell's job is started with. */
    static final String CELL = "scedit.cell";

    private final Map<Integer, String> cellOfStage = new ConcurrentHashMap<>();
    private final Set<String> begun = ConcurrentHashMap.newKeySet();
    private final AtomicInteger running = new AtomicInteger();

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        String cell = job.properties().getProperty(CELL);
        if (cell != null) {
            cellOfStage.put((Integer) job.stageIds().head(), cell);
        }
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart task) {
        running.incrementAndGet();
        String cell = cellOfStage.get(task.stageId());
        if (cell != null) {
            begun.add(cell);
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        running.decrementAndGet();
    }

    /** Whether an executor has begun with a cell. */
    boolean began(String cell) {
        return begun.contains(cell);
    }

    /** How many tasks run; one that was cancelled still does until its process has ended. */
    int running() {
        return running.get();
    }
}
