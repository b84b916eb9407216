package org.scedit.plugins.t2iadapter;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.api.FeaturePoint;
import org.scedit.api.UNetLayout;
import org.scedit.plugins.t2iadapter.T2iAdapterConfig.Type;

/**
 * What a T2I-Adapter consists of: names as in diffusers, and sizes.
 *
 * @param convIn before the first level; a full adapter's alone
 * @param levels one for each feature
 */
record AdapterLayers(Optional<Convolution> convIn, List<Level> levels) {
    /** How much narrower a light adapter's levels are within. */
    private static final int NARROWER = 4;

    /** How a convolution starts, so that a fresh adapter's features are zero and its training gets going. */
    enum Start {
        /** As PyTorch starts a convolution. */
        RANDOM,
        /** So too, but its bias is zero. */
        RANDOM_WITHOUT_BIAS,
        /** Weight and bias zero. */
        ZERO
    }

    /** A convolution of stride 1, padded so that it keeps the size. */
    record Convolution(String name, int in, int out, int kernel, Start start) {
        int padding() {
            return kernel / 2;
        }
    }

    /** {@code x + second(relu(first(x)))}. */
    record Resnet(Convolution first, Convolution second) {}

    /**
     * @param point   where its feature goes
     * @param halving whether height and width are halved first
     * @param in      before the ResNets, where the channels change
     * @param out     after them; a light adapter's alone
     */
    record Level(
            FeaturePoint point,
            boolean halving,
            Optional<Convolution> in,
            List<Resnet> resnets,
            Optional<Convolution> out) {}

    /** @throws IllegalArgumentException if the U-Net has fewer features than asked for */
    static AdapterLayers of(T2iAdapterConfig config, UNetLayout unet) {
        int count = config.features() == 0 ? unet.features().size() - 1 : config.features();
        if (count > unet.features().size()) {
            throw new IllegalArgumentException("features is " + count + ", but this U-Net has "
                    + (unet.features().size() - 1) + " encoder blocks and a mid block; use at most "
                    + unet.features().size());
        }
        List<FeaturePoint> points = unet.features().subList(0, count);
        int squares = config.mapChannels() * config.downscaleFactor() * config.downscaleFactor();
        return config.type() == Type.FULL
                ? full(squares, points, config.numResBlocks())
                : light(squares, points, config.numResBlocks());
    }

    private static AdapterLayers full(int squares, List<FeaturePoint> points, int resnets) {
        int first = points.get(0).channels();
        var convIn = new Convolution("adapter.conv_in", squares, first, 3, Start.ZERO);
        List<Level> levels = new ArrayList<>();
        int before = first;
        for (FeaturePoint point : points) {
            String path = "adapter.body." + levels.size();
            int channels = point.channels();
            Optional<Convolution> in = before == channels
                    ? Optional.empty()
                    : Optional.of(new Convolution(path + ".in_conv", before, channels, 1, Start.RANDOM_WITHOUT_BIAS));
            levels.add(new Level(
                    point, !levels.isEmpty(), in, resnets(path, channels, resnets, 1, Start.ZERO), Optional.empty()));
            before = channels;
        }
        return new AdapterLayers(Optional.of(convIn), levels);
    }

    private static AdapterLayers light(int squares, List<FeaturePoint> points, int resnets) {
        List<Level> levels = new ArrayList<>();
        int before = squares;
        for (FeaturePoint point : points) {
            String path = "adapter.body." + levels.size();
            int width = point.channels() / NARROWER;
            if (width < 1) {
                throw new IllegalArgumentException("type light leaves no channel at " + point.name() + " of "
                        + point.channels() + " channels; use type full");
            }
            levels.add(new Level(
                    point,
                    !levels.isEmpty(),
                    Optional.of(new Convolution(path + ".in_conv", before, width, 1, Start.RANDOM)),
                    resnets(path, width, resnets, 3, Start.RANDOM),
                    Optional.of(new Convolution(path + ".out_conv", width, point.channels(), 1, Start.ZERO))));
            before = point.channels();
        }
        return new AdapterLayers(Optional.empty(), levels);
    }

    private static List<Resnet> resnets(String path, int channels, int count, int secondKernel, Start second) {
        List<Resnet> resnets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = path + ".resnets." + i;
            resnets.add(new Resnet(
                    new Convolution(name + ".block1", channels, channels, 3, Start.RANDOM),
                    new Convolution(name + ".block2", channels, channels, secondKernel, second)));
        }
        return resnets;
    }

    /** Name and shape of every weight. */
    Map<String, Shape> weights() {
        Map<String, Shape> weights = new LinkedHashMap<>();
        Stream.concat(convIn.stream(), levels.stream().flatMap(AdapterLayers::convolutions))
                .forEach(each -> {
                    weights.put(
                            each.name() + ".weight", new Shape(each.out(), each.in(), each.kernel(), each.kernel()));
                    weights.put(each.name() + ".bias", new Shape(each.out()));
                });
        return weights;
    }

    private static Stream<Convolution> convolutions(Level level) {
        Stream<Convolution> resnets =
                level.resnets().stream().flatMap(resnet -> Stream.of(resnet.first(), resnet.second()));
        return Stream.of(level.in().stream(), resnets, level.out().stream()).flatMap(part -> part);
    }
}
