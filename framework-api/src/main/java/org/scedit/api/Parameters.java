package org.scedit.api;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.function.UnaryOperator;

/**
 * Makes a tuner's trainable arrays. Every array is float32, named, owned by the framework (which saves, loads,
 * optimises and closes it) and lives as long as the tuner. The same seed gives the same values.
 */
public interface Parameters {
    /** SiLU halves small values: its slope at 0 is 1/2. */
    double SILU_GAIN = 2;

    /**
     * A parameter of zeros.
     *
     * @param name  its name in the tuner's file below this prefix, such as {@code up.weight}
     * @param shape its shape
     * @throws IllegalArgumentException if the name is taken
     */
    NDArray zeros(String name, Shape shape);

    /**
     * A parameter drawn uniformly from {@code [-bound, bound)}.
     *
     * @param name  its name in the tuner's file below this prefix
     * @param shape its shape
     * @param bound a positive number
     * @throws IllegalArgumentException if the name is taken
     */
    NDArray uniform(String name, Shape shape, double bound);

    /**
     * A parameter drawn from the normal distribution with mean 0.
     *
     * @param name      its name in the tuner's file below this prefix
     * @param shape     its shape
     * @param deviation standard deviation, positive
     * @throws IllegalArgumentException if the name is taken
     */
    NDArray normal(String name, Shape shape, double deviation);

    /**
     * A parameter of ones.
     *
     * @param name  its name in the tuner's file below this prefix
     * @param shape its shape
     * @throws IllegalArgumentException if the name is taken
     */
    NDArray ones(String name, Shape shape);

    /**
     * A parameter that starts as a function of a frozen one: zeros until the tuner is first put on a U-Net with weights,
     * then {@code initial} of that weight, unless it was loaded from a file meanwhile.
     *
     * @param name     its name in the tuner's file below this prefix
     * @param shape    its shape
     * @param backbone diffusers name of the U-Net's parameter
     * @param initial  takes the frozen weight in float32
     * @throws IllegalArgumentException if the name is taken or the U-Net has no such parameter
     */
    NDArray fromBackbone(String name, Shape shape, String backbone, UnaryOperator<NDArray> initial);

    /**
     * A trainable copy of the U-Net's encoder and mid block, whose parameters have their diffusers names below this
     * prefix and start as the U-Net's.
     */
    EncoderCopy encoderCopy();

    /** The operators its layers compute with. */
    Operators operators();

    /** The same with {@code prefix + "."} before every name. */
    Parameters in(String prefix);

    /**
     * A linear layer {@code W x + b} with {@code prefix.weight (out, in)} and {@code prefix.bias (out)}, initialised as
     * PyTorch's {@code nn.Linear}: both uniform within {@code ±1/√in}.
     */
    default Linear linear(String prefix, int in, int out) {
        double bound = 1 / Math.sqrt(in);
        return new Linear(
                uniform(prefix + ".weight", new Shape(out, in), bound),
                uniform(prefix + ".bias", new Shape(out), bound),
                operators());
    }

    /**
     * A convolution with {@code prefix.weight (out, in, kernel, kernel)} and {@code prefix.bias (out)}, initialised as
     * PyTorch's {@code nn.Conv2d}: both uniform within {@code ±1/√(in · kernel²)}.
     */
    default Conv2d conv2d(String prefix, int in, int out, int kernel, int stride, int padding) {
        double bound = 1 / Math.sqrt((double) in * kernel * kernel);
        return new Conv2d(
                uniform(prefix + ".weight", new Shape(out, in, kernel, kernel), bound),
                uniform(prefix + ".bias", new Shape(out), bound),
                stride,
                padding,
                operators());
    }

    /**
     * A convolution as {@link #conv2d} in a chain with SiLU between its layers: the weight normal with deviation
     * {@code 2/√(in · kernel²)}, so that the chain keeps the size of what it is given (He et al. 2015,
     * arXiv:1502.01852, with SiLU's gain), the bias zero. PyTorch's own initialisation loses more than two thirds in
     * every layer.
     */
    default Conv2d siluConv2d(String prefix, int in, int out, int kernel, int stride, int padding) {
        double fanIn = (double) in * kernel * kernel;
        return new Conv2d(
                normal(prefix + ".weight", new Shape(out, in, kernel, kernel), SILU_GAIN / Math.sqrt(fanIn)),
                zeros(prefix + ".bias", new Shape(out)),
                stride,
                padding,
                operators());
    }

    /** A convolution as {@link #conv2d}, weight and bias zero: what it computes is nothing until it is trained. */
    default Conv2d zeroConv2d(String prefix, int in, int out, int kernel, int stride, int padding) {
        return new Conv2d(
                zeros(prefix + ".weight", new Shape(out, in, kernel, kernel)),
                zeros(prefix + ".bias", new Shape(out)),
                stride,
                padding,
                operators());
    }

    /** A linear layer as {@link #linear}, weight and bias zero: what it computes is nothing until it is trained. */
    default Linear zeroLinear(String prefix, int in, int out) {
        return new Linear(
                zeros(prefix + ".weight", new Shape(out, in)), zeros(prefix + ".bias", new Shape(out)), operators());
    }
}
