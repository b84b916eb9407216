package org.scedit.api;

import ai.djl.ndarray.NDArray;

/**
 * The operators of a tuner's layers. Each computes in the precision of its first argument and casts float32 weights to
 * it, as PyTorch's autocast does; gradients flow back to the float32 weights. A result belongs to the manager of the
 * first argument and is closed with the step, so nothing needs closing here.
 *
 * <p>Use these rather than DJL's own: DJL cannot name a bfloat16 array.
 */
public interface Operators {
    /**
     * A linear layer over the last axis.
     *
     * @param x      {@code (..., in)}
     * @param weight {@code (out, in)}
     * @param bias   {@code (out)}; null for none
     * @return {@code (..., out)}
     */
    NDArray linear(NDArray x, NDArray weight, NDArray bias);

    /**
     * A linear layer over the channels of every pixel.
     *
     * @param x      {@code (batch, in, height, width)}
     * @param weight {@code (out, in)}
     * @param bias   {@code (out)}
     * @return {@code (batch, out, height, width)}
     */
    NDArray linearPerPixel(NDArray x, NDArray weight, NDArray bias);

    /**
     * A convolution with zero padding.
     *
     * @param x       {@code (batch, in, height, width)}
     * @param weight  {@code (out, in, kernel, kernel)}
     * @param bias    {@code (out)}; null for none
     * @param stride  in pixels
     * @param padding in pixels on each side
     */
    NDArray conv2d(NDArray x, NDArray weight, NDArray bias, int stride, int padding);

    /** {@code x · factor}. */
    NDArray scale(NDArray x, double factor);

    /**
     * The product of two float32 matrices, or of as many as one of them holds.
     *
     * @param x {@code (..., rows, inner)}
     * @param y {@code (..., inner, columns)}
     * @return {@code (..., rows, columns)}
     */
    default NDArray matMul(NDArray x, NDArray y) {
        return x.matMul(y);
    }

    /** The product, number by number, of two float32 arrays of one shape. */
    default NDArray multiply(NDArray x, NDArray y) {
        return x.mul(y);
    }

    /** {@code x} in the precision of {@code like}. */
    NDArray cast(NDArray x, NDArray like);

    /** The Kronecker product of two float32 arrays of as many axes: {@code (a, b, ...), (c, d, ...) → (ac, bd, ...)}. */
    NDArray kronecker(NDArray x, NDArray y);

    /**
     * The Euclidean norm of what each output of a layer weighs.
     *
     * @param weight {@code (out, in)} or {@code (out, in, kernel, kernel)}, float32
     * @return {@code (out)}
     */
    NDArray normPerOutput(NDArray weight);

    /** The exact Gaussian error linear unit, {@code x · Φ(x)} with the error function. */
    NDArray gelu(NDArray x);

    /** {@code x · sigmoid(x)}. */
    NDArray silu(NDArray x);
}
