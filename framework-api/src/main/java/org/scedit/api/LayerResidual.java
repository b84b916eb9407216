package org.scedit.api;

import ai.djl.ndarray.NDArray;
import java.util.Optional;

/** What a tuner adds to a layer's output. */
@FunctionalInterface
public interface LayerResidual {
    /**
     * @return the residual, of the output's shape, not yet scaled; the framework casts, scales and adds it and closes it
     *     if it was made during the call
     */
    NDArray residual(LayerCall call);

    /**
     * The same residual as a change of the layer's weight, where that is possible: adding it to the weight gives what
     * {@link #residual} gives (without dropout), at no cost while drawing.
     *
     * @param weight the layer's frozen weight, float32
     * @return {@code ΔW} of the weight's shape, float32, so that {@code residual = ΔW · input}; empty (the default) if
     *     this residual is no linear function of the input
     */
    default Optional<NDArray> weightDelta(NDArray weight) {
        return Optional.empty();
    }
}
