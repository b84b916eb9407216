package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** What a tuner adds to a feature on the way down. */
@FunctionalInterface
public interface FeatureResidual {
    /**
     * @param feature the untouched feature, {@code (batch, channels, height, width)}, in the backbone's precision
     * @param step    the evaluation this belongs to
     * @return the residual, of the feature's shape, not yet scaled; the framework casts, scales and adds it and closes
     *     it if it was made during the call
     */
    NDArray residual(NDArray feature, Step step);
}
