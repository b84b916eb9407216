package org.scedit.spark;

import org.apache.spark.api.java.function.Function;

/** Tells what an executor's machine lacks; an empty text: nothing. */
record WorkplaceTask(Workplace workplace) implements Function<Integer, String> {
    /** Long enough that Spark gives the other tasks to the other executors. */
    private static final int MILLIS = 200;

    @Override
    public String call(Integer only) throws InterruptedException {
        Thread.sleep(MILLIS);
        return workplace.problem().orElse("");
    }
}
