package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** One layer at work, as the tuners that edit it see it. Nothing here is changed by another tuner. */
public interface LayerCall {
    /** What the layer was given, in the backbone's precision. */
    NDArray input();

    /** What the layer made of it, its bias included. */
    NDArray output();

    /** The layer's frozen weight, {@code (out, in)} or {@code (out, in, kernel, kernel)}, in the backbone's precision. */
    NDArray weight();

    /** What the layer makes of another input of the same form, its bias left out. */
    NDArray linear(NDArray input);

    /** The evaluation this belongs to. */
    Step step();
}
