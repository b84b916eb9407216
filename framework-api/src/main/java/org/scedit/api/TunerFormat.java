package org.scedit.api;

import java.util.Map;

/**
 * How another tool writes a method's weights: its names, its scales, its configuration.
 *
 * @param <C> the method's configuration
 */
public interface TunerFormat<C extends Record> {
    /**
     * A tuner as this framework has it.
     *
     * @param config  the settings that the file's weights were made with
     * @param weights by this framework's names of the method's parameters
     */
    record Content<C extends Record>(C config, Map<String, WeightFile.Tensor> weights) {}

    /** The tool's name, in lower case: {@code diffusers}, {@code peft}, {@code kohya}, {@code scepter}, ... */
    String id();

    /** Whether a file is of this format, told by its names alone; of a method's formats at most one says yes. */
    boolean matches(WeightFile file);

    /**
     * Reads a file that {@linkplain #matches matches}. Every tensor of the file is used.
     *
     * @param unet that the weights are for; names and sizes are checked against it
     * @throws IllegalArgumentException if a tensor belongs to nothing in this U-Net, has another size, or one that it
     *     needs is missing; the message lists all of them
     */
    Content<C> read(WeightFile file, UNetLayout unet);

    /**
     * The reverse of {@link #read}: what it gives is read back to the same content.
     *
     * @throws IllegalArgumentException if the format cannot say this; the message says what
     */
    WeightFile write(Content<C> content, UNetLayout unet);
}
