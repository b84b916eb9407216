package org.scedit.core.train;

import ai.djl.ndarray.NDArray;

/**
 * An array that training changes in place.
 *
 * @param name  unique in its run; names it in checkpoints and messages
 * @param value float32, needs a gradient, owned by its model or tuner
 */
public record Trainable(String name, NDArray value) {}
