package org.scedit.api.formats;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.LayerPoint;
import org.scedit.api.PerLayer;
import org.scedit.api.WeightFile;

/**
 * The alphas of a low-rank method's file, by which its updates are scaled.
 *
 * @param values general 0 for each layer's rank
 * @param byRoot whether they are divided by the rank's root, as in rsLoRA, and not by the rank
 */
public record Alphas(PerLayer<Double> values, boolean byRoot) {
    /** The parameter beside a layer's weights that holds its alpha. */
    public static final String PARAMETER = "alpha";

    private static final PerLayer<Double> RANKS = new PerLayer<>(0.0, Map.of());

    /**
     * The alphas of a file: those beside the weights, else those of the settings, else the ranks, for scale 1.
     *
     * @param ranks   of every layer
     * @param tensors beside the weights, divided by the rank whatever is stated; none, or of some layers
     * @param stated  kept where the tensors say the same
     */
    public static Alphas of(
            Map<LayerPoint, Integer> ranks, Map<LayerPoint, WeightFile.Tensor> tensors, Optional<Alphas> stated) {
        Alphas told = stated.orElse(new Alphas(RANKS, false));
        Map<LayerPoint, Float> written = new LinkedHashMap<>();
        ranks.forEach((layer, rank) ->
                written.put(layer, tensors.containsKey(layer) ? single(layer, tensors.get(layer)) : (float) rank));
        if (tensors.isEmpty() || told.overRank(ranks).equals(written)) {
            return told.shortened(ranks);
        }
        Map<LayerPoint, Double> found = new LinkedHashMap<>();
        written.forEach((layer, alpha) -> found.put(layer, Double.valueOf(alpha.toString())));
        return new Alphas(PerLayer.describe(found, Optional.of(told.values)), false).shortened(ranks);
    }

    private static float single(LayerPoint layer, WeightFile.Tensor alpha) {
        if (alpha.values().length != 1) {
            throw new IllegalArgumentException(
                    "the alpha of " + layer.path() + " is " + alpha.values().length + " numbers; it must be one");
        }
        return alpha.values()[0];
    }

    /** One 0 instead of a pattern for every other rank. */
    private Alphas shortened(Map<LayerPoint, Integer> ranks) {
        Map<LayerPoint, Double> all = values.of(ranks.keySet());
        boolean asRanks = !values.patterns().isEmpty()
                && ranks.entrySet().stream()
                        .allMatch(rank -> all.get(rank.getKey()).equals((double) rank.getValue()));
        return asRanks ? new Alphas(RANKS, byRoot) : this;
    }

    /**
     * What has to be divided by each layer's rank for the same scales, which is all that some files can say.
     *
     * @param ranks of every layer
     */
    public Map<LayerPoint, Float> overRank(Map<LayerPoint, Integer> ranks) {
        Map<LayerPoint, Double> all = values.of(ranks.keySet());
        Map<LayerPoint, Float> alphas = new LinkedHashMap<>();
        ranks.forEach((layer, rank) -> {
            double alpha = all.get(layer) == 0 ? rank : all.get(layer);
            alphas.put(layer, (float) (byRoot ? alpha * Math.sqrt(rank) : alpha));
        });
        return alphas;
    }

    /** A tensor for a file that has an alpha beside each layer's weights. */
    public static WeightFile.Tensor tensor(float alpha) {
        return new WeightFile.Tensor(new long[0], new float[] {alpha});
    }

    /**
     * The general alpha and the others as PEFT writes them.
     *
     * @param key   of the general one, {@code lora_alpha} or {@code alpha}
     * @param ranks as the settings have them, for a general 0
     */
    public Map<String, Object> settings(String key, PerLayer<Integer> ranks) {
        boolean asRanks = values.general() == 0;
        Map<String, Number> patterns = new LinkedHashMap<>(values.patterns());
        if (asRanks) {
            ranks.patterns().forEach(patterns::putIfAbsent);
        }
        Number general = asRanks ? ranks.general() : values.general();
        return Map.of(key, general, "alpha_pattern", PeftSettings.byModule(patterns));
    }
}
