package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** What a tuner adds to a layer's output. */
@FunctionalInterface
public interface LayerResidual {
    /**
     * @param input  the layer's input, in the backbone's precision
     * @param output the layer's untouched output, likewise
     * @param step   the evaluation this belongs to
     * @return the residual, of the output's shape and precision, not yet scaled; the framework scales, adds and closes it
     */
    NDArray residual(NDArray input, NDArray output, Step step);
}
