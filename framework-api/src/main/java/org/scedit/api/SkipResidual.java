package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** What a tuner adds to a skip connection. */
@FunctionalInterface
public interface SkipResidual {
    /**
     * @param skip the untouched encoder feature, {@code (batch, channels, height, width)}, in the backbone's precision
     * @param step the evaluation this belongs to
     * @return the residual, of the skip's shape and precision, not yet scaled; the framework scales, adds and closes it
     */
    NDArray residual(NDArray skip, Step step);
}
