package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.api.Step;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Hooks;
import org.scedit.core.model.Parameter;
import org.scedit.core.model.UNet;

/**
 * A U-Net with any number of tuners on it, each with its own scale. The U-Net's own weights are never changed: a tuner
 * that trains backbone parameters works on copies, and when all tuners are detached (or at scale 0) the U-Net computes
 * what it did before, bit for bit.
 */
public final class TunedUNet implements AutoCloseable {
    private final UNet unet;
    private final Precision precision;
    private final Ops ops = new Ops();
    private final Map<String, Attached> attached = new LinkedHashMap<>();
    private final Map<String, NDArray> untouched = new LinkedHashMap<>();
    private final NDManager blends = Torch.newManager();

    /** A tuner on the U-Net and the factor of its residuals. */
    record Attached(TunerInstance instance, double scale) {}

    /**
     * @param unet      with weights; stays the caller's
     * @param precision of its weights
     */
    public TunedUNet(UNet unet, Precision precision) {
        this.unet = unet;
        this.precision = precision;
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

    /**
     * Puts a tuner on the U-Net; one of the same name is replaced. The tuner stays the caller's.
     *
     * @param scale factor of its residuals: 0 is the base model, 1 the trained strength; any finite number
     */
    public void attach(TunerInstance instance, double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException(
                    "the scale of tuner '" + instance.name() + "' must be a number, got " + scale);
        }
        attached.put(instance.name(), new Attached(instance, scale));
        applyBackbone();
    }

    /** Takes a tuner off; nothing happens if there is none of that name. */
    public void detach(String name) {
        attached.remove(name);
        applyBackbone();
    }

    /** Predicts the noise with all tuners, as {@link UNet#forward}. */
    public NDArray forward(NDArray latents, float[] timesteps, NDArray text) {
        List<Attached> active =
                attached.values().stream().filter(each -> each.scale() != 0).toList();
        Hooks hooks = active.isEmpty() ? Hooks.NONE : new TunerHooks(active, new Step(timesteps), ops);
        return unet.forward(latents, timesteps, text, precision, hooks);
    }

    /** Points every backbone parameter at what the tuners that train it make of it. */
    private void applyBackbone() {
        Set<String> tuned = new HashSet<>();
        for (Attached each : attached.values()) {
            tuned.addAll(each.instance().tuner().backboneParameters());
        }
        untouched.forEach((name, base) -> unet.parameters().get(name).set(base));
        for (String name : tuned) {
            Parameter parameter = unet.parameters().get(name);
            NDArray base = untouched.computeIfAbsent(name, key -> parameter.value());
            parameter.set(blend(name, base));
        }
    }

    /** {@code base + Σ scale_k · (trained_k - base)}; the trained array itself where that is what it comes to. */
    private NDArray blend(String name, NDArray base) {
        List<Attached> here = new ArrayList<>();
        for (Attached each : attached.values()) {
            if (each.instance().tuner().backboneParameters().contains(name)) {
                each.instance().backbone(name, base, ops);
                if (each.scale() != 0) {
                    here.add(each);
                }
            }
        }
        if (here.isEmpty()) {
            return base;
        }
        if (here.size() == 1 && here.get(0).scale() == 1) {
            return here.get(0).instance().arrays().get(name);
        }
        try (Scope scope = new Scope()) {
            NDArray sum = ops.copyTo(base, Precision.FLOAT32);
            for (Attached each : here) {
                NDArray delta = each.instance().arrays().get(name).sub(ops.to(base, Precision.FLOAT32));
                sum = ops.addScaled(sum, delta, each.scale());
            }
            NDArray blended = scope.keep(ops.to(sum, precision));
            blended.attach(blends);
            return blended;
        }
    }

    /** Takes all tuners off and frees what their mixture needed; the U-Net and the tuners stay open. */
    @Override
    public void close() {
        attached.clear();
        applyBackbone();
        blends.close();
    }
}
