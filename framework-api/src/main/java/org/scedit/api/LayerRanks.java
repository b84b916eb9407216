package org.scedit.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers that a low-rank method tunes, in forward order, with their ranks and the alphas that scale their updates.
 * For settings named {@code targets, rank, rank_pattern, alpha} and {@code alpha_pattern}.
 *
 * @param ranks  of every tuned layer
 * @param alphas likewise
 */
public record LayerRanks(Map<LayerPoint, Integer> ranks, Map<LayerPoint, Double> alphas) {
    /**
     * What the settings come to.
     *
     * @param targets {@linkplain LayerTargets patterns} of the layers
     * @param ranks   by the setting {@code rank}, and {@code rank_pattern}
     * @param alphas  by the setting {@code alpha}, 0 for a layer's rank, and {@code alpha_pattern}
     * @throws IllegalArgumentException if a pattern matches no layer
     */
    public static LayerRanks of(
            List<String> targets, PerLayer<Integer> ranks, PerLayer<Double> alphas, UNetLayout unet) {
        var layers = LayerTargets.select("targets", targets, unet);
        Map<LayerPoint, Integer> rankOf =
                LayerTargets.values("rank_pattern", ranks.patterns(), ranks.general(), layers);
        Map<LayerPoint, Double> alphaOf =
                LayerTargets.values("alpha_pattern", alphas.patterns(), alphas.general(), layers);
        alphaOf.replaceAll((layer, alpha) -> alpha == 0 ? rankOf.get(layer) : alpha);
        return new LayerRanks(rankOf, alphaOf);
    }

    /**
     * {@link #of} for a method whose rank is at most the smaller side of a layer's weight as a matrix.
     *
     * @throws IllegalArgumentException also if {@code rank} is above that in a layer that {@code rank_pattern} does not
     *     match; a rank that it names is taken as it is
     */
    public static LayerRanks limited(
            List<String> targets, PerLayer<Integer> ranks, PerLayer<Double> alphas, UNetLayout unet) {
        LayerRanks found = of(targets, ranks, alphas, unet);
        found.ranks.keySet().forEach(layer -> {
            if (isAbove(ranks, layer)) {
                throw new IllegalArgumentException("rank " + ranks.general() + " is above the smaller side of layer "
                        + layer.path() + ", " + smallerSide(layer)
                        + "; use at most that, or give the layer a rank of its own in rank_pattern");
            }
        });
        return found;
    }

    /** Ranks that {@link #limited} takes: the layers in which the general one is too large are named. */
    public static PerLayer<Integer> named(PerLayer<Integer> ranks, List<LayerPoint> layers) {
        Map<String, Integer> patterns = new LinkedHashMap<>(ranks.patterns());
        layers.stream()
                .filter(layer -> isAbove(ranks, layer))
                .forEach(layer -> patterns.put(layer.path(), ranks.general()));
        return new PerLayer<>(ranks.general(), patterns);
    }

    private static boolean isAbove(PerLayer<Integer> ranks, LayerPoint layer) {
        return ranks.general() > smallerSide(layer)
                && ranks.patterns().keySet().stream().noneMatch(pattern -> LayerTargets.matches(pattern, layer.path()));
    }

    private static int smallerSide(LayerPoint layer) {
        return Math.min(layer.inChannels() * layer.kernel() * layer.kernel(), layer.outChannels());
    }
}
