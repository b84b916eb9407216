package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** What a tuner adds to a skip connection. */
@FunctionalInterface
public interface SkipResidual {
    /**
     * @param skip the untouched encoder feature, {@code (batch, channels, height, width)}, in the backbone's precision
     * @param step the evaluation this belongs to
     * @return the residual, of the skip's shape, not yet scaled; the framework casts, scales and adds it and closes it
     *     if it was made during the call
     */
    NDArray residual(NDArray skip, Step step);

    /**
     * Whether the residual is computed again when its gradients are asked for, so that nothing but the skip is kept until
     * then. For a residual that costs little and is made of the skip and trained arrays alone, not of what
     * {@link Tuner#prepare} made from trained arrays. No by default.
     */
    default boolean recomputed() {
        return false;
    }
}
