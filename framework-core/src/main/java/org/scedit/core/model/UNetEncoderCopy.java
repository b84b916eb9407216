package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.BiFunction;
import org.scedit.api.EncoderCopy;
import org.scedit.api.Step;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;

/**
 * A second encoder and mid block of a U-Net's form with arrays of its own: the trainable copy of diffusers'
 * {@code ControlNetModel}.
 */
public final class UNetEncoderCopy implements EncoderCopy {
    private final UNetEncoder encoder;
    private final Ops ops;

    /**
     * Builds the copy; the arrays stay with whoever made them.
     *
     * @param unet   whose form it has; needs no weights
     * @param arrays gives the array of each parameter, float32, by its diffusers name and its shape; asked once for each
     *     parameter of the U-Net's encoder and mid block, in forward order
     */
    public UNetEncoderCopy(UNet unet, BiFunction<String, Shape, NDArray> arrays) {
        var model = new ModelBuilder(unet.ops());
        encoder = new UNetEncoder(model, UNetConfig.of(unet.config()));
        ops = model.ops();
        for (Parameter parameter : model.parameters().all()) {
            parameter.set(arrays.apply(parameter.name(), parameter.shape()));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @return float32; belongs to the open scope and to the manager of the step's latents
     * @throws IllegalArgumentException if {@code added} has another shape than the first convolution's output
     */
    @Override
    public Features forward(Step step, NDArray added) {
        try (Scope scope = new Scope()) {
            var text = new TextCondition(ops.to(step.text(), Precision.FLOAT32), step.added());
            Hooks hooks = step.gradientCheckpointing() ? Hooks.NONE_RECOMPUTED : Hooks.NONE;
            var encoded = encoder.forward(step.latents(), step.timesteps(), text, added, Precision.FLOAT32, hooks);
            encoded.skips().forEach(scope::keep);
            return new Features(List.copyOf(encoded.skips()), scope.keep(encoded.midBlock()));
        }
    }
}
