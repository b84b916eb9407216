package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.scedit.api.FeaturePoint;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;

/** What a forward pass calls at its hook points. By default every value is returned as it is. */
public interface Hooks {
    /** No tuner: the base model. */
    Hooks NONE = none(false);

    /** No tuner, and layers are computed again for their gradients. */
    Hooks NONE_RECOMPUTED = none(true);

    private static Hooks none(boolean recomputes) {
        return new Hooks() {
            @Override
            public boolean edits(LayerPoint point) {
                return false;
            }

            @Override
            public boolean recomputes() {
                return recomputes;
            }
        };
    }

    /**
     * Whether {@link #layer} may do anything there. Where it may not and no weight is trained, a block need not be
     * recorded operator by operator.
     */
    default boolean edits(LayerPoint point) {
        return true;
    }

    /**
     * Whether the U-Net keeps only what goes into its layers, a ResNet with its transformer each, and computes them again
     * for their gradients (gradient checkpointing).
     */
    default boolean recomputes() {
        return false;
    }

    /** How many random draws were made so far. */
    default int draws() {
        return 0;
    }

    /** The draws from here on are those that followed when {@link #draws} was this number. */
    default void replayFrom(int draws) {}

    /**
     * The value the decoder concatenates.
     *
     * @param skip the encoder feature, {@code (batch, channels, height, width)}; stays open
     * @return the skip itself or a new array of the same shape
     */
    default NDArray skip(SkipPoint point, NDArray skip) {
        return skip;
    }

    /**
     * The value that an encoder block or the mid block hands on, to its skip connection and to everything after it.
     *
     * @param feature the block's output before its downsampler, {@code (batch, channels, height, width)}; stays open
     * @return the feature itself or a new array of the same shape
     */
    default NDArray feature(FeaturePoint point, NDArray feature) {
        return feature;
    }

    /**
     * The value a layer hands on.
     *
     * @param input  the layer's input
     * @param output the layer's output; stays open
     * @param weight the layer's weight; stays open
     * @param linear applies the layer without its bias to another input
     * @return the output itself or a new array of the same shape
     */
    default NDArray layer(
            LayerPoint point, NDArray input, NDArray output, NDArray weight, UnaryOperator<NDArray> linear) {
        return output;
    }
}
