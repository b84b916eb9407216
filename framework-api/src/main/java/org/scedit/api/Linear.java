package org.scedit.api;

import ai.djl.ndarray.NDArray;

/**
 * A trainable linear layer, {@code y = W x + b}. Made by {@link Parameters#linear}.
 *
 * @param weight {@code (out, in)}, float32
 * @param bias   {@code (out)}, float32
 * @param operators what it computes with
 */
public record Linear(NDArray weight, NDArray bias, Operators operators) {
    /** {@code (..., in) → (..., out)}. */
    public NDArray forward(NDArray x) {
        return operators.linear(x, weight, bias);
    }

    /** The layer over the channels of every pixel: {@code (batch, in, height, width) → (batch, out, height, width)}. */
    public NDArray perPixel(NDArray x) {
        return operators.linearPerPixel(x, weight, bias);
    }
}
