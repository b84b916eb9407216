package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.FeaturePoint;
import org.scedit.api.FeatureResidual;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.Linear;
import org.scedit.api.Parameters;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Step;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;
import org.scedit.core.engine.Torch;

/**
 * A method as different from the one under test as can be: it edits every skip, feature and linear layer, each by
 * {@code W · value + b} with {@code W} and {@code b} zero at first, and remembers what it was given there.
 */
final class Bystander implements Tuner {
    private final Map<SkipPoint, SkipResidual> skips = new LinkedHashMap<>();
    private final Map<FeaturePoint, FeatureResidual> features = new LinkedHashMap<>();
    private final Map<LayerPoint, LayerResidual> layers = new LinkedHashMap<>();
    private final Map<String, float[]> given = new LinkedHashMap<>();

    Bystander(UNetLayout unet, Parameters parameters) {
        unet.skips().forEach(point -> {
            Linear linear = parameters.zeroLinear("skip_" + point.index(), point.channels(), point.channels());
            skips.put(point, (skip, step) -> linear.perPixel(remember(point.name(), skip)));
        });
        unet.features().forEach(point -> {
            Linear linear = parameters.zeroLinear("feature_" + point.name(), point.channels(), point.channels());
            features.put(point, (feature, step) -> linear.perPixel(remember(point.name(), feature)));
        });
        unet.layers().stream()
                .filter(point -> point.kind() == LayerPoint.Kind.LINEAR)
                .forEach(point -> {
                    Linear linear = parameters.zeroLinear(point.path(), point.inChannels(), point.outChannels());
                    layers.put(point, call -> {
                        remember("weight of " + point.path(), call.weight());
                        remember("output of " + point.path(), call.output());
                        return linear.forward(remember("input of " + point.path(), call.input()));
                    });
                });
    }

    private NDArray remember(String what, NDArray value) {
        given.put(what, Torch.floats(value));
        return value;
    }

    /** The numbers of everything it was given in the last pass, by name. */
    Map<String, float[]> given() {
        return Map.copyOf(given);
    }

    @Override
    public void prepare(Step step) {
        remember("latents", step.latents());
        remember("text", step.text());
    }

    @Override
    public Map<SkipPoint, SkipResidual> skips() {
        return skips;
    }

    @Override
    public Map<FeaturePoint, FeatureResidual> features() {
        return features;
    }

    @Override
    public Map<LayerPoint, LayerResidual> layers() {
        return layers;
    }
}
