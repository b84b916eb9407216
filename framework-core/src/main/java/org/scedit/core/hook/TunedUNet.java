package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.scedit.api.Conditions;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Hooks;
import org.scedit.core.model.Parameter;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;
import org.scedit.core.model.UNetEncoding;

/**
 * A U-Net with any number of tuners on it, each with its own scale. The U-Net's own weights are never changed: a tuner
 * that trains backbone parameters works on copies, a merged one makes copies, and when all tuners are detached (or at
 * scale 0) the U-Net computes what it did before, bit for bit.
 */
public final class TunedUNet implements AutoCloseable {
    private final UNet unet;
    private final Precision precision;
    private final Ops ops;
    private final Map<String, Attached> attached = new LinkedHashMap<>();
    private final Map<String, NDArray> untouched = new LinkedHashMap<>();
    private NDManager blends = Torch.newManager();
    private double progress;
    private boolean recomputes;

    /** A tuner on the U-Net. */
    private record Attached(TunerInstance instance, Scale scale, boolean merged) {}

    /** A tuner in one evaluation, with the factor of its residuals there; those of a merged one are in the weights. */
    record Active(TunerInstance instance, double scale, boolean merged) {}

    /** A change of a weight: float32, not yet scaled. */
    private record Delta(NDArray values, double scale) {}

    /**
     * @param unet      with weights; stays the caller's
     * @param precision of its weights
     */
    public TunedUNet(UNet unet, Precision precision) {
        this.unet = unet;
        this.precision = precision;
        ops = unet.ops();
    }

    /** The U-Net. */
    public UNet unet() {
        return unet;
    }

    /** The precision of the U-Net's weights and arithmetic. */
    public Precision precision() {
        return precision;
    }

    /** The tuners on it, in the order they were attached. */
    public List<TunerInstance> tuners() {
        return attached.values().stream().map(Attached::instance).toList();
    }

    /** {@link #attach(TunerInstance, Scale)} with the same factor at every step. */
    public void attach(TunerInstance instance, double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException(
                    "the scale of tuner '" + instance.name() + "' must be a number, got " + scale);
        }
        attach(instance, Scale.of(scale));
    }

    /**
     * Puts a tuner on the U-Net; one of the same name is replaced. The tuner stays the caller's.
     *
     * @throws UserException if the tuner trains the U-Net's own weights and its scale is not the same at every step
     */
    public void attach(TunerInstance instance, Scale scale) {
        if (!scale.constant() && !instance.tuner().backboneParameters().isEmpty()) {
            throw new UserException("tuner '" + instance.name()
                    + "' changes the U-Net's own weights, which are the same at every step; give it one scale");
        }
        instance.startFrom(name -> untouched.getOrDefault(name, base(name).value()), ops);
        attached.put(instance.name(), new Attached(instance, scale, false));
        applyBackbone();
    }

    /** Takes a tuner off; nothing happens if there is none of that name. */
    public void detach(String name) {
        attached.remove(name);
        applyBackbone();
    }

    /**
     * Moves a tuner's residuals into the weights of the layers it edits, so that drawing with it costs nothing;
     * {@link #detach} or attaching it again takes them out exactly.
     *
     * @throws UserException if that cannot be, because the tuner edits something else than layers, is no linear function
     *     of its input, or changes its scale over the steps
     */
    public void merge(String name) {
        Attached tuner = attached.get(name);
        TunerInstance instance = tuner.instance();
        whyNotMerged(instance, tuner.scale()).ifPresent(reason -> {
            throw new UserException(reason);
        });
        attached.put(name, new Attached(instance, tuner.scale(), true));
        try {
            applyBackbone();
        } catch (UserException e) {
            attached.put(name, tuner);
            applyBackbone();
            throw new UserException(refusal(instance) + e.getMessage(), e);
        }
    }

    /**
     * Why {@link #merge} would refuse a tuner, as far as that can be told before there are weights: by what it edits and
     * by its scale. Empty if nothing speaks against it, or only that it is no linear function of a layer's input.
     */
    public static Optional<String> whyNotMerged(TunerInstance instance, Scale scale) {
        if (!instance.tuner().skips().isEmpty() || !instance.tuner().features().isEmpty()) {
            return Optional.of(refusal(instance)
                    + "it adds to skip connections or features, where there is no weight to change; use it unmerged");
        }
        return scale.constant()
                ? Optional.empty()
                : Optional.of(
                        refusal(instance) + "its scale changes over the steps; use it unmerged or give it one scale");
    }

    private static String refusal(TunerInstance instance) {
        return "tuner '" + instance.name() + "' (" + instance.method()
                + ") cannot be merged into the U-Net's weights: ";
    }

    /**
     * Gives the condition maps to the tuners that take some. To be called within an open {@link Scope}, which owns what
     * the tuners compute: they can be evaluated until it is closed.
     */
    public void conditions(Conditions conditions) {
        for (Attached each : attached.values()) {
            if (!each.instance().tuner().conditions().isEmpty()) {
                each.instance().tuner().encode(conditions);
            }
        }
    }

    /** How far a drawing is, which scales may depend on: 0 at the first denoising step (and in training), 1 at the last. */
    public void progress(double at) {
        progress = at;
    }

    /**
     * Whether training keeps only what goes into each layer of the U-Net and computes it again on the way back (gradient
     * checkpointing, Chen et al. 2016, arXiv:1604.06174): far less memory, exactly the same gradients, and about the time
     * of one more forward pass through what has gradients.
     */
    public void checkpointGradients(boolean on) {
        recomputes = on;
    }

    /** Predicts the noise with all tuners, as {@link UNet#forward}. */
    public NDArray forward(NDArray latents, float[] timesteps, NDArray text) {
        return forward(latents, timesteps, TextCondition.of(text));
    }

    /** Predicts the noise with all tuners, as {@link UNet#forward}. */
    public NDArray forward(NDArray latents, float[] timesteps, TextCondition text) {
        return forward(latents, timesteps, text, OptionalLong.empty());
    }

    /**
     * {@link #forward(NDArray, float[], TextCondition)} for a training step.
     *
     * @param seed of what tuners drop in this step
     */
    public NDArray forwardTraining(NDArray latents, float[] timesteps, TextCondition text, long seed) {
        return forward(latents, timesteps, text, OptionalLong.of(seed));
    }

    /**
     * {@link #forwardTraining(NDArray, float[], TextCondition, long)} from a way down that was computed before, which is
     * the same as long as {@link EncoderSharing} has nothing against any of the tuners.
     *
     * @param encoding of the same latents, timesteps and text by {@link #encode}; is consumed
     */
    public NDArray forwardTraining(
            UNetEncoding encoding, NDArray latents, float[] timesteps, TextCondition text, long seed) {
        return evaluated(latents, timesteps, text, OptionalLong.of(seed), hooks -> unet.decode(encoding, hooks));
    }

    /** The U-Net's way down without tuners, in the open scope. */
    public UNetEncoding encode(NDArray latents, float[] timesteps, TextCondition text) {
        return unet.encode(latents, timesteps, text, precision, Hooks.NONE);
    }

    private NDArray forward(NDArray latents, float[] timesteps, TextCondition text, OptionalLong seed) {
        return evaluated(
                latents, timesteps, text, seed, hooks -> unet.forward(latents, timesteps, text, precision, hooks));
    }

    private NDArray evaluated(
            NDArray latents,
            float[] timesteps,
            TextCondition text,
            OptionalLong seed,
            Function<Hooks, NDArray> evaluation) {
        List<Active> active = attached.values().stream()
                .map(each -> new Active(each.instance(), each.scale().at(progress), each.merged()))
                .filter(each -> each.scale() != 0)
                // sums of floating-point numbers depend on their order, results must not depend on that of attaching
                .sorted(Comparator.comparing(each -> each.instance().name()))
                .toList();
        if (active.isEmpty()) {
            return evaluation.apply(Hooks.NONE);
        }
        boolean again = recomputes && seed.isPresent();
        var step = new Evaluation(latents, timesteps, text, seed, again, ops);
        var hooks = new TunerHooks(active, step, ops);
        if (again) {
            // what tuners prepare is needed once more on the way back, so the caller's scope has it
            active.forEach(each -> each.instance().tuner().prepare(step));
            return evaluation.apply(hooks);
        }
        try (Scope scope = new Scope()) {
            active.forEach(each -> each.instance().tuner().prepare(step));
            return scope.keep(evaluation.apply(hooks));
        }
    }

    private Parameter base(String name) {
        return unet.parameters().get(name);
    }

    private NDArray untouched(String name) {
        return untouched.computeIfAbsent(name, key -> base(key).value());
    }

    /** Points every backbone parameter at what the tuners that change it make of it. */
    private void applyBackbone() {
        NDManager old = blends;
        blends = Torch.newManager();
        untouched.forEach((name, value) -> base(name).set(value));
        try {
            Set<String> changed = new LinkedHashSet<>();
            for (Attached each : attached.values()) {
                changed.addAll(each.instance().tuner().backboneParameters());
                if (each.merged()) {
                    each.instance().tuner().layers().keySet().forEach(point -> changed.add(weightOf(point)));
                }
            }
            for (String name : changed) {
                base(name).set(blend(name, untouched(name)));
            }
        } finally {
            old.close();
        }
    }

    private static String weightOf(LayerPoint point) {
        return point.path() + ".weight";
    }

    /** {@code base + Σ scale_k · Δ_k}; the trained array itself where that is what it comes to. */
    private NDArray blend(String name, NDArray base) {
        List<Attached> here = attached.values().stream()
                .filter(each -> each.scale().at(0) != 0)
                .filter(each -> each.instance().tuner().backboneParameters().contains(name)
                        || each.merged() && mergedResidual(each, name).isPresent())
                .sorted(Comparator.comparing(each -> each.instance().name()))
                .toList();
        attached.values().stream()
                .filter(each -> each.instance().tuner().backboneParameters().contains(name))
                .forEach(each -> each.instance().backbone(name, base, ops));
        if (here.isEmpty()) {
            return base;
        }
        if (here.size() == 1
                && here.get(0).scale().at(0) == 1
                && here.get(0).instance().tuner().backboneParameters().contains(name)) {
            return here.get(0).instance().arrays().get(name);
        }
        try (Scope scope = new Scope()) {
            NDArray frozen = ops.copyTo(base, Precision.FLOAT32);
            List<Delta> deltas = new ArrayList<>();
            for (Attached each : here) {
                if (each.instance().tuner().backboneParameters().contains(name)) {
                    deltas.add(new Delta(
                            each.instance().arrays().get(name).sub(frozen),
                            each.scale().at(0)));
                }
                if (each.merged()) {
                    mergedResidual(each, name)
                            .map(residual -> delta(residual, frozen, name))
                            .ifPresent(delta ->
                                    deltas.add(new Delta(delta, each.scale().at(0))));
                }
            }
            NDArray sum = frozen;
            for (Delta delta : deltas) {
                sum = ops.addScaled(sum, delta.values(), delta.scale());
            }
            NDArray blended = scope.keep(ops.to(sum, precision));
            blended.attach(blends);
            return blended;
        }
    }

    private static NDArray delta(LayerResidual residual, NDArray frozen, String name) {
        return residual.weightDelta(frozen)
                .orElseThrow(() -> new UserException("what it adds at " + name.substring(0, name.lastIndexOf('.'))
                        + " is no linear function of the layer's input; use it unmerged"));
    }

    private static Optional<LayerResidual> mergedResidual(Attached tuner, String name) {
        return tuner.instance().tuner().layers().entrySet().stream()
                .filter(each -> weightOf(each.getKey()).equals(name))
                .map(Map.Entry::getValue)
                .findAny();
    }

    /** Takes all tuners off and frees what their mixture needed; the U-Net and the tuners stay open. */
    @Override
    public void close() {
        attached.clear();
        applyBackbone();
        blends.close();
    }
}
