package org.scedit.core.sweep;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/** Runs cells: on this machine, or on others that see the sweep's folder. */
public interface CellExecutor {
    /**
     * What an executor is made with.
     *
     * @param where    that which runs the cells, such as the address of a cluster; empty for this machine
     * @param parallel how many cells at most run at the same time, at least 1
     * @param threads  of each cell, at least 1
     * @param memory   bytes that the cells which run at the same time may take together; {@code Long.MAX_VALUE}: any
     * @param memoryOf the bytes that a cell's run is expected to take at its peak
     * @param stop     whether the user asks to stop: no more cells are begun, and those that run are asked to write a
     *     checkpoint and end
     */
    record Options(
            String where,
            int parallel,
            int threads,
            long memory,
            ToLongFunction<Cell> memoryOf,
            BooleanSupplier stop) {}

    /**
     * Makes executors of one kind; found by {@link java.util.ServiceLoader}.
     */
    interface Provider {
        /** The executors' name, such as {@code spark}. */
        String id();

        /**
         * Makes an executor.
         *
         * @throws org.scedit.core.UserException if there is nothing at {@code options.where()}
         */
        CellExecutor create(Options options);
    }

    /**
     * Runs cells that are not finished, in about the order given, and returns when none runs any more. A cell that fails
     * does not keep the others from running. Their {@link Cell#recipeFile recipe files} are there.
     *
     * @param listener is told of every cell that it finished, failed or was stopped
     * @throws org.scedit.core.UserException if nothing can be run at all
     */
    void run(List<Cell> cells, CellListener listener);
}
