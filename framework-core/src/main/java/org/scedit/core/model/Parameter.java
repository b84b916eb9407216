package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/** A named weight of a model: its shape is known from the configuration, its value once weights are loaded. */
public final class Parameter {
    /** How a parameter starts when a model is made without weights, as PyTorch's layers start. */
    enum Init {
        /** Uniform within {@code ±1/√fanIn}. */
        UNIFORM,
        /** Normal with deviation 0.02. */
        EMBEDDING,
        /** All ones. */
        ONES,
        /** All zeros. */
        ZEROS
    }

    private final String name;
    private final Shape shape;
    private final Init init;
    private final int fanIn;
    private NDArray value;

    Parameter(String name, Shape shape, Init init, int fanIn) {
        this.name = name;
        this.shape = shape;
        this.init = init;
        this.fanIn = fanIn;
    }

    /** Its diffusers name, such as {@code conv_in.weight}. */
    public String name() {
        return name;
    }

    /** Its shape. */
    public Shape shape() {
        return shape;
    }

    Init init() {
        return init;
    }

    int fanIn() {
        return fanIn;
    }

    /**
     * The array the forward pass uses.
     *
     * @throws IllegalStateException if no weights were loaded
     */
    public NDArray value() {
        if (value == null) {
            throw new IllegalStateException("no weights were loaded for " + name);
        }
        return value;
    }

    /** Whether a gradient of it is wanted. */
    boolean trained() {
        return value().hasGradient();
    }

    /** Replaces the array the forward pass uses; the former one stays with its owner. */
    public void set(NDArray array) {
        value = array;
    }
}
