package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;

/** What a training minimises. */
public interface Objective {
    /** The arrays that are trained; float32, marked as needing gradients. */
    List<Trainable> trainables();

    /**
     * The loss of one batch, recorded for gradients. A pure function of the weights and of {@code batch}, so that a
     * resumed run sees the same pictures, noise and timesteps.
     *
     * @param batch   which batch of the run, counted from 0
     * @param manager owns what the loss needs; lives as long as the step
     * @return a scalar
     */
    NDArray loss(long batch, NDManager manager);

    /** What the objective learned on the way, for checkpoints; nothing by default. */
    default Map<String, float[]> state() {
        return Map.of();
    }

    /** Goes on from {@link #state}. */
    default void restore(Map<String, float[]> state) {}
}
