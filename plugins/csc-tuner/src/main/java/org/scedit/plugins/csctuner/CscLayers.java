package org.scedit.plugins.csctuner;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.SkipPoint;
import org.scedit.api.UNetLayout;

/**
 * What a CSC-Tuner consists of: names as in the authors' code, and sizes.
 *
 * @param preHint     from the condition map down to the latents' size, SiLU between them
 * @param denseHint   one for each skip in <em>encoder</em> order, down to the deepest that is tuned; each takes what the
 *     one before made
 * @param bottlenecks one for each tuned skip, in decoder order
 */
record CscLayers(List<Convolution> preHint, List<Convolution> denseHint, List<Bottleneck> bottlenecks) {
    /** Channels after each pre-hint convolution at {@code dim_ratio} 1; {@code hint_channels} follow. */
    static final List<Integer> PRE_HINT_CHANNELS = List.of(16, 16, 32, 32, 96, 96);

    private static final List<Integer> PRE_HINT_STRIDES = List.of(1, 1, 2, 1, 2, 1, 2);

    /** A convolution padded so that stride 1 keeps the size. */
    record Convolution(String name, int in, int out, int kernel, int stride) {
        int padding() {
            return kernel / 2;
        }
    }

    /** Two linear layers over the skip's channels: to {@code width} and back. */
    record Bottleneck(String name, SkipPoint skip, int width) {}

    /** @throws IllegalArgumentException if the settings do not fit the U-Net */
    static CscLayers of(CscTunerConfig config, UNetLayout unet) {
        List<SkipPoint> tuned = tuned(config, unet);
        int deepest = tuned.stream().mapToInt(SkipPoint::encoderIndex).max().orElseThrow();
        return new CscLayers(
                preHint(config),
                denseHint(config, unet, deepest),
                tuned.stream().map(skip -> bottleneck(config, skip)).toList());
    }

    private static List<SkipPoint> tuned(CscTunerConfig config, UNetLayout unet) {
        int last = unet.skips().size() - 1;
        for (int index : config.skips()) {
            if (index > last) {
                throw new IllegalArgumentException(
                        "skips names skip " + index + ", but this U-Net has skips 0 (deepest) to " + last);
            }
        }
        return unet.skips().stream()
                .filter(skip -> config.skips().isEmpty() || config.skips().contains(skip.index()))
                .toList();
    }

    private static List<Convolution> preHint(CscTunerConfig config) {
        List<Convolution> layers = new ArrayList<>();
        int in = 3;
        for (int i = 0; i < PRE_HINT_STRIDES.size(); i++) {
            int out = i < PRE_HINT_CHANNELS.size()
                    ? (int) (PRE_HINT_CHANNELS.get(i) * config.dimRatio())
                    : config.hintChannels();
            // the authors' list of layers counts the activations between them
            layers.add(new Convolution("pre_hint_blocks." + 2 * i, in, out, 3, PRE_HINT_STRIDES.get(i)));
            in = out;
        }
        return layers;
    }

    private static List<Convolution> denseHint(CscTunerConfig config, UNetLayout unet, int deepest) {
        List<Convolution> layers = new ArrayList<>();
        int in = config.hintChannels();
        int downsampling = 1;
        for (int i = 0; i <= deepest; i++) {
            SkipPoint skip = unet.skips().get(unet.skips().size() - 1 - i);
            layers.add(new Convolution(
                    "dense_hint_blocks." + i + ".1",
                    in,
                    skip.channels(),
                    config.kernel(),
                    skip.downsampling() / downsampling));
            in = skip.channels();
            downsampling = skip.downsampling();
        }
        return layers;
    }

    private static Bottleneck bottleneck(CscTunerConfig config, SkipPoint skip) {
        int width = (int) (skip.channels() * config.downRatio());
        if (width < 1) {
            throw new IllegalArgumentException("down_ratio " + config.downRatio() + " leaves no hidden channel at "
                    + skip.name() + " of " + skip.channels() + " channels; use at least 1/" + skip.channels());
        }
        return new Bottleneck("lsc_tuner_blocks." + skip.index() + ".tuner_op", skip, width);
    }

    /** Name and shape of every weight. */
    Map<String, Shape> weights() {
        Map<String, Shape> weights = new LinkedHashMap<>();
        for (List<Convolution> part : List.of(preHint, denseHint)) {
            for (Convolution each : part) {
                weights.put(each.name() + ".weight", new Shape(each.out(), each.in(), each.kernel(), each.kernel()));
                weights.put(each.name() + ".bias", new Shape(each.out()));
            }
        }
        for (Bottleneck each : bottlenecks) {
            int channels = each.skip().channels();
            weights.put(each.name() + ".ln1.weight", new Shape(each.width(), channels));
            weights.put(each.name() + ".ln1.bias", new Shape(each.width()));
            weights.put(each.name() + ".ln2.weight", new Shape(channels, each.width()));
            weights.put(each.name() + ".ln2.bias", new Shape(channels));
        }
        return weights;
    }
}
