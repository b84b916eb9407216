package org.scedit.api;

import ai.djl.ndarray.NDArray;

/**
 * A trainable convolution with zero padding. Made by {@link Parameters#conv2d}.
 *
 * @param weight    {@code (out, in, kernel, kernel)}, float32
 * @param bias      {@code (out)}, float32; null for none
 * @param stride    in pixels
 * @param padding   in pixels on each side
 * @param operators what it computes with
 */
public record Conv2d(NDArray weight, NDArray bias, int stride, int padding, Operators operators) {
    /** {@code (batch, in, height, width) → (batch, out, height', width')}. */
    public NDArray forward(NDArray x) {
        return operators.conv2d(x, weight, bias, stride, padding);
    }
}
