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
}
