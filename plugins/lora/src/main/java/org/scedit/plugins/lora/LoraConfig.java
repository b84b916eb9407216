package org.scedit.plugins.lora;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.PerLayer;
import org.scedit.api.Setting;

/**
 * The recipe's block of a LoRA.
 *
 * @param rank         of the updates; of layers that no {@code rankPattern} names it is at most the layer's smaller
 *     side
 * @param alpha        numerator of the scale; 0 for each layer's rank, which is set at once where all ranks are the
 *     same
 * @param dropout      probability with which an element of a layer's input does not reach the update, in training
 * @param targets      {@linkplain org.scedit.api.LayerTargets patterns} of the tuned layers
 * @param rankPattern  other ranks by pattern; taken as they are
 * @param alphaPattern other alphas by pattern
 * @param rslora       whether the scale is {@code alpha / √rank} rather than {@code alpha / rank}
 * @param dora         whether magnitude and direction of the weights are tuned separately
 */
public record LoraConfig(
        @Setting(value = "rank of the updates; SCEdit is compared with 64", defaultsTo = "64", min = 1)
        int rank,

        @Setting(value = "scale of the updates times rank; 0 = the rank, for scale 1", defaultsTo = "0", min = 0)
        double alpha,

        @Setting(
                value = "share of the input that the updates do not see in training",
                defaultsTo = "0",
                min = 0,
                max = 0.99)
        double dropout,

        @Setting(
                value = "layers to tune, by the end of their path, * for anything",
                defaultsTo = "[to_q, to_k, to_v, to_out.0, ff.net.0.proj, ff.net.2]")
        List<String> targets,

        @Setting(value = "ranks of some layers, such as {conv_out: 4}", defaultsTo = "{}", min = 1)
        Map<String, Integer> rankPattern,

        @Setting(value = "alphas of some layers, such as {to_q: 32}", defaultsTo = "{}", min = 0, aboveMin = true)
        Map<String, Double> alphaPattern,

        @Setting(
                value = "scale by alpha / sqrt(rank), which suits large ranks (arXiv:2312.03732)",
                defaultsTo = "false")
        boolean rslora,

        @Setting(value = "tune the weights' magnitudes too (arXiv:2402.09353)", defaultsTo = "false")
        boolean dora) {
    public LoraConfig {
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
