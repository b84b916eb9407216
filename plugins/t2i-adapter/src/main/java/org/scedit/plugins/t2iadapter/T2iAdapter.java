package org.scedit.plugins.t2iadapter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.api.Conditions;
import org.scedit.api.Conv2d;
import org.scedit.api.FeaturePoint;
import org.scedit.api.FeatureResidual;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * T2I-Adapter: a network of its own turns the condition map into features that are added to the encoder's.
 * <pre>
 * x          = squares of pixels as channels (map)               full: then conv_in
 * x          = out(resnets(in(halved x)))                        at each level; full has no out, light is narrow within
 * residual_i = x after level i                                   at encoder block i; one more at the mid block
 * </pre>
 * It sees neither latents nor timestep, so it is computed once for a picture. Source: Mou et al. 2023
 * (arXiv:2302.08453), as diffusers' {@code T2IAdapter} computes it ({@code full_adapter}, {@code light_adapter}) and
 * names its weights. Other than there, a fresh adapter changes nothing: what its features are sums of starts as zeros,
 * conv_in and the end of every ResNet branch in a full adapter, the end of every level in a light one.
 */
final class T2iAdapter implements Tuner {
    private final String condition;
    private final int mapChannels;
    private final int downscaleFactor;
    private final Operators operators;
    private final Optional<Conv2d> convIn;
    private final List<Level> levels = new ArrayList<>();
    private final Map<FeaturePoint, FeatureResidual> residuals = new LinkedHashMap<>();

    /** Of the maps taken in last, one for each level. */
    private List<NDArray> features = List.of();

    private record Resnet(Conv2d first, Conv2d second) {}

    private record Level(boolean halving, Optional<Conv2d> in, List<Resnet> resnets, Optional<Conv2d> out) {}

    T2iAdapter(T2iAdapterConfig config, UNetLayout unet, Parameters parameters) {
        condition = config.condition();
        mapChannels = config.mapChannels();
        downscaleFactor = config.downscaleFactor();
        operators = parameters.operators();
        var layers = AdapterLayers.of(config, unet);
        convIn = layers.convIn().map(each -> conv2d(each, parameters));
        for (AdapterLayers.Level level : layers.levels()) {
            int index = levels.size();
            levels.add(new Level(
                    level.halving(),
                    level.in().map(each -> conv2d(each, parameters)),
                    level.resnets().stream()
                            .map(each ->
                                    new Resnet(conv2d(each.first(), parameters), conv2d(each.second(), parameters)))
                            .toList(),
                    level.out().map(each -> conv2d(each, parameters))));
            residuals.put(level.point(), (feature, step) -> residual(index, level.point(), feature));
        }
    }

    private static Conv2d conv2d(AdapterLayers.Convolution layer, Parameters parameters) {
        int kernel = layer.kernel();
        return switch (layer.start()) {
            case RANDOM -> parameters.conv2d(layer.name(), layer.in(), layer.out(), kernel, 1, layer.padding());
            case ZERO -> parameters.zeroConv2d(layer.name(), layer.in(), layer.out(), kernel, 1, layer.padding());
            case RANDOM_WITHOUT_BIAS ->
                new Conv2d(
                        parameters.uniform(
                                layer.name() + ".weight",
                                new Shape(layer.out(), layer.in(), kernel, kernel),
                                1 / Math.sqrt((double) layer.in() * kernel * kernel)),
                        parameters.zeros(layer.name() + ".bias", new Shape(layer.out())),
                        1,
                        layer.padding(),
                        parameters.operators());
        };
    }

    @Override
    public Set<String> conditions() {
        return Set.of(condition);
    }

    @Override
    public Map<FeaturePoint, FeatureResidual> features() {
        return residuals;
    }

    @Override
    public void encode(Conditions conditions) {
        NDArray x = squaresAsChannels(conditions.get(condition));
        if (convIn.isPresent()) {
            x = convIn.get().forward(x);
        }
        List<NDArray> encoded = new ArrayList<>();
        for (Level level : levels) {
            x = level.halving() ? halved(x) : x;
            if (level.in().isPresent()) {
                x = level.in().get().forward(x);
            }
            for (Resnet resnet : level.resnets()) {
                NDArray hidden = relu(resnet.first().forward(x));
                x = x.add(resnet.second().forward(hidden));
            }
            if (level.out().isPresent()) {
                x = level.out().get().forward(x);
            }
            encoded.add(x);
        }
        features = encoded;
    }

    /** {@code (batch, 3, height, width) → (batch, mapChannels · f², height / f, width / f)}, PyTorch's pixel_unshuffle. */
    private NDArray squaresAsChannels(NDArray map) {
        NDArray seen = mapChannels == 1 ? map.mean(new int[] {1}, true) : map;
        Shape shape = seen.getShape();
        long f = downscaleFactor;
        if (shape.get(2) % f != 0 || shape.get(3) % f != 0) {
            throw new IllegalArgumentException("the map of condition '" + condition + "' has shape " + shape
                    + "; its height and width must be multiples of downscale_factor " + f);
        }
        return seen.reshape(shape.get(0), mapChannels, shape.get(2) / f, f, shape.get(3) / f, f)
                .transpose(0, 1, 3, 5, 2, 4)
                .reshape(shape.get(0), mapChannels * f * f, shape.get(2) / f, shape.get(3) / f);
    }

    /** The mean of squares of 2×2 pixels, of what there is of them at an odd edge. */
    private static NDArray halved(NDArray x) {
        return x.getNDArrayInternal().avgPool(new Shape(2, 2), new Shape(2, 2), new Shape(0, 0), true, false);
    }

    private static NDArray relu(NDArray x) {
        return x.getNDArrayInternal().relu();
    }

    private NDArray residual(int level, FeaturePoint point, NDArray feature) {
        if (features.isEmpty()) {
            throw new IllegalStateException("no map of condition '" + condition + "' was given");
        }
        Shape found = features.get(level).getShape();
        if (found.equals(feature.getShape())) {
            return features.get(level);
        }
        if (point.name().equals(FeaturePoint.MID_BLOCK)) {
            // one level below the last encoder block, it rarely fits; diffusers leaves it out then, too
            return operators.scale(feature, 0);
        }
        throw new IllegalArgumentException("the map of condition '" + condition + "' makes a feature of shape " + found
                + " at " + point.name() + ", which has shape " + feature.getShape() + "; t2i-adapter needs one map a"
                + " picture, downscale_factor times as high and wide as the latents");
    }
}
