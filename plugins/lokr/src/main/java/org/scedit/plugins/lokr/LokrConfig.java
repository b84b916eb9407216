package org.scedit.plugins.lokr;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.PerLayer;
import org.scedit.api.Setting;

/**
 * The recipe's block of a LoKr.
 *
 * @param rank            of a factor that is itself a product; a factor with a side of at most twice that is kept whole
 * @param alpha           numerator of the scale; 0 for each layer's rank, which is set at once where all ranks are the
 *     same
 * @param targets         {@linkplain org.scedit.api.LayerTargets patterns} of the tuned layers
 * @param rankPattern     other ranks by pattern
 * @param alphaPattern    other alphas by pattern
 * @param decomposeBoth   whether the left factor may be a product too, and not only the right one
 * @param decomposeFactor the left factor's sides, where they divide the layer's; -1 for about the roots of these
 * @param tucker          whether the right factor of a convolution with a kernel above 1×1 has a core of that size
 */
public record LokrConfig(
        @Setting(
                value = "rank of a factor that is a product; a factor of at most twice that size is whole",
                defaultsTo = "8",
                min = 1)
        int rank,

        @Setting(value = "scale of the updates times rank; 0 = the rank, for scale 1", defaultsTo = "0", min = 0)
        double alpha,

        @Setting(
                value = "layers to tune, by the end of their path, * for anything",
                defaultsTo = "[to_q, to_k, to_v, to_out.0, ff.net.0.proj, ff.net.2]")
        List<String> targets,

        @Setting(value = "ranks of some layers, such as {conv_out: 4}", defaultsTo = "{}", min = 1)
        Map<String, Integer> rankPattern,

        @Setting(value = "alphas of some layers, such as {to_q: 4}", defaultsTo = "{}", min = 0, aboveMin = true)
        Map<String, Double> alphaPattern,

        @Setting(value = "whether the left factor may be a product too", defaultsTo = "false")
        boolean decomposeBoth,

        @Setting(
                value = "sides of the left factor, where they divide the layer's; -1 = about their roots",
                defaultsTo = "-1",
                min = -1)
        int decomposeFactor,

        @Setting(
                value = "whether convolutions have a core of the kernel's size, which takes fewer parameters (PEFT:"
                        + " use_effective_conv2d)",
                defaultsTo = "false")
        boolean tucker) {
    public LokrConfig {
        targets = List.copyOf(targets);
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        alpha = alpha == 0 && rankPattern.isEmpty() ? rank : alpha;
        if (decomposeFactor == 0) {
            throw new IllegalArgumentException("decompose_factor must be -1 or positive, got 0");
        }
    }

    /** {@code rank} and {@code rank_pattern}. */
    PerLayer<Integer> ranks() {
        return new PerLayer<>(rank, rankPattern);
    }

    /** {@code alpha} and {@code alpha_pattern}. */
    PerLayer<Double> alphas() {
        return new PerLayer<>(alpha, alphaPattern);
    }
}
