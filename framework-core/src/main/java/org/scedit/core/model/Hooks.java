package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;

/** What a forward pass calls at its hook points. {@link #NONE} is the base model. */
public interface Hooks {
    /** No tuner: every value is returned as it is. */
    Hooks NONE = new Hooks() {
        @Override
        public NDArray skip(SkipPoint point, NDArray skip) {
            return skip;
        }

        @Override
        public NDArray layer(LayerPoint point, NDArray input, NDArray output) {
            return output;
        }
    };

    /**
     * The value the decoder concatenates.
     *
     * @param skip the encoder feature, {@code (batch, channels, height, width)}; stays open
     * @return the skip itself or a new array of the same shape
     */
    NDArray skip(SkipPoint point, NDArray skip);

    /**
     * The value a layer hands on.
     *
     * @param input  the layer's input
     * @param output the layer's output; stays open
     * @return the output itself or a new array of the same shape
     */
    NDArray layer(LayerPoint point, NDArray input, NDArray output);
}
