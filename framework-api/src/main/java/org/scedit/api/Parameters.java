package org.scedit.api;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Makes a tuner's trainable arrays. Every array is float32, named, owned by the framework (which saves, loads,
 * optimises and closes it) and lives as long as the tuner. The same seed gives the same values.
 */
public interface Parameters {
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

    /** A linear layer as {@link #linear}, weight and bias zero: what it computes is nothing until it is trained. */
    default Linear zeroLinear(String prefix, int in, int out) {
        return new Linear(
                zeros(prefix + ".weight", new Shape(out, in)), zeros(prefix + ".bias", new Shape(out)), operators());
    }
}
