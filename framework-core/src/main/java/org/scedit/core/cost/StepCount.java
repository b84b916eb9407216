package org.scedit.core.cost;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.AddedConditions;
import org.scedit.api.TunerProvider;
import org.scedit.core.data.Framing;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;

/**
 * What a training step of a U-Net and its tuners does, counted by running the forward pass on {@link DryOps}.
 *
 * @param frozen    numbers of the U-Net
 * @param trained   numbers that each tuner trains, by its name
 * @param copied    numbers of the U-Net that tuners train copies of
 * @param count     of the forward and the backward pass
 * @param step      its size
 */
public record StepCount(long frozen, Map<String, Long> trained, long copied, Count count, Step step) {
    /** Red, green and blue of a condition map. */
    private static final int MAP_CHANNELS = 3;

    /**
     * A training step's size.
     *
     * @param precision    of the frozen weights and the arithmetic
     * @param batch        pictures
     * @param height       of the latents
     * @param width        of the latents
     * @param tokens       of a prompt
     * @param downsampling picture pixels to a latent pixel, along each axis: condition maps have the picture's size
     * @param checkpointing whether layers are computed again for their gradients
     */
    public record Step(
            Precision precision,
            int batch,
            int height,
            int width,
            int tokens,
            int downsampling,
            boolean checkpointing) {}

    /**
     * A tuner to be counted.
     *
     * @param name     unique among the tuners
     * @param provider its method
     * @param config   its settings, of the provider's type
     */
    public record Part(String name, TunerProvider<?> provider, Record config) {}

    /**
     * Counts a step. Takes the memory of the tuners' weights, not that of the U-Net's.
     *
     * @throws org.scedit.core.UserException if a tuner's settings do not fit the U-Net
     */
    public static StepCount of(ConfigFile config, List<Part> parts, Step step) {
        var count = new Count();
        List<TunerInstance> tuners = new ArrayList<>();
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            var ops = new DryOps(count, manager);
            var unet = new UNet(config, ops);
            try (TunedUNet tuned = new TunedUNet(unet, step.precision())) {
                unet.parameters().all().forEach(each -> each.set(ops.zeros(each.shape(), step.precision())));
                for (Part part : parts) {
                    var tuner = TunerInstance.create(part.name(), part.provider(), part.config(), unet, 0);
                    tuners.add(tuner);
                    tuned.attach(tuner, 1);
                    tuner.setTrainable(true);
                }
                run(tuned, ops, step);
            }
            Map<String, Long> trained = new LinkedHashMap<>();
            tuners.forEach(tuner -> trained.put(tuner.name(), tuner.parameterCount()));
            long copied = tuners.stream()
                    .flatMap(tuner -> tuner.tuner().backboneParameters().stream())
                    .mapToLong(name -> unet.parameters().get(name).shape().size())
                    .sum();
            return new StepCount(unet.parameters().count(), trained, copied, count, step);
        } finally {
            tuners.forEach(TunerInstance::close);
        }
    }

    private static void run(TunedUNet tuned, DryOps ops, Step step) {
        UNet unet = tuned.unet();
        try (Autograd autograd = Autograd.record()) {
            Shape map = new Shape(
                    step.batch(),
                    MAP_CHANNELS,
                    (long) step.downsampling() * step.height(),
                    (long) step.downsampling() * step.width());
            tuned.conditions(name -> ops.zeros(map, Precision.FLOAT32));
            NDArray latents = ops.zeros(
                    new Shape(step.batch(), unet.inChannels(), step.height(), step.width()), Precision.FLOAT32);
            NDArray prediction = tuned.forwardTraining(latents, new float[step.batch()], text(unet, ops, step), 0);
            ops.meanSquare(prediction, ops.zeros(prediction.getShape(), Precision.FLOAT32));
        }
    }

    private static TextCondition text(UNet unet, DryOps ops, Step step) {
        NDArray states = ops.zeros(new Shape(step.batch(), step.tokens(), unet.textChannels()), Precision.FLOAT32);
        if (unet.pooledChannels() == 0) {
            return TextCondition.of(states);
        }
        NDArray pooled = ops.zeros(new Shape(step.batch(), unet.pooledChannels()), Precision.FLOAT32);
        Framing whole = Framing.whole(step.downsampling() * step.width(), step.downsampling() * step.height());
        var sizes = Framing.sizes(Collections.nCopies(step.batch(), whole));
        return new TextCondition(states, Optional.of(new AddedConditions(pooled, sizes)));
    }

    /** Numbers that all tuners train. */
    public long trainedNumbers() {
        return trained.values().stream().mapToLong(Long::longValue).sum();
    }
}
