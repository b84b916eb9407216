package org.scedit.api;

import ai.djl.ndarray.NDArray;

/** The condition maps of the pictures that are drawn or learned from. */
@FunctionalInterface
public interface Conditions {
    /**
     * @param name one of {@link Tuner#conditions}
     * @return {@code (batch, 3, height, width)} of the pictures' size, 0 to 1, float32; black where a condition was
     *     dropped in training
     */
    NDArray get(String name);
}
