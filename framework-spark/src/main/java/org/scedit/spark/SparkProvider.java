package org.scedit.spark;

import org.scedit.core.sweep.CellExecutor;

/** Offers Apache Spark to sweeps; found by {@link java.util.ServiceLoader}. */
public final class SparkProvider implements CellExecutor.Provider {
    @Override
    public String id() {
        return "spark";
    }

    /**
     * @throws org.scedit.core.UserException if {@code options.where()} is not the address of a Spark master, or nothing
     *     answers there
     */
    @Override
    public CellExecutor create(CellExecutor.Options options) {
        Master master = Master.of(options.where());
        master.requireReachable();
        return new SparkCells(master, options);
    }
}
