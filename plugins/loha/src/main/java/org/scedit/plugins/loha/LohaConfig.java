package org.scedit.plugins.loha;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.PerLayer;
import org.scedit.api.Setting;

/**
 * The recipe's block of a LoHa.
 *
 * @param rank         of each of the two factors; of layers that no {@code rankPattern} names it is at most the layer's
 *     smaller side
 * @param alpha        numerator of the scale; 0 for each layer's rank, which is set at once where all ranks are the
 *     same
 * @param targets      {@linkplain org.scedit.api.LayerTargets patterns} of the tuned layers
 * @param rankPattern  other ranks by pattern; taken as they are
 * @param alphaPattern other alphas by pattern
 * @param tucker       whether a convolution with a kernel above 1×1 has a core of the kernel's size
 */
public record LohaConfig(
        @Setting(value = "rank of each of the two factors; the product has up to its square", defaultsTo = "8", min = 1)
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

        @Setting(
                value = "whether convolutions have a core of the kernel's size, which takes fewer parameters (PEFT:"
                        + " use_effective_conv2d)",
                defaultsTo = "false")
        boolean tucker) {
    public LohaConfig {
        targets = List.copyOf(targets);
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        alpha = alpha == 0 && rankPattern.isEmpty() ? rank : alpha;
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
