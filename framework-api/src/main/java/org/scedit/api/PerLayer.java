package org.scedit.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting that is the same for most layers, as recipes and PEFT write it.
 *
 * @param general  for layers that no pattern matches
 * @param patterns the others' by {@linkplain LayerTargets pattern}, of which the first that matches counts
 */
public record PerLayer<T>(T general, Map<String, T> patterns) {
    public PerLayer {
        patterns = Collections.unmodifiableMap(new LinkedHashMap<>(patterns));
    }

    /** The same without the patterns that match none of these layers. */
    public PerLayer<T> among(Collection<LayerPoint> layers) {
        Map<String, T> used = new LinkedHashMap<>(patterns);
        used.keySet()
                .removeIf(pattern -> layers.stream().noneMatch(layer -> LayerTargets.matches(pattern, layer.path())));
        return new PerLayer<>(general, used);
    }

    /** Every layer's value; patterns that match none are ignored. */
    public Map<LayerPoint, T> of(Collection<LayerPoint> layers) {
        return LayerTargets.values("patterns", among(layers).patterns(), general, layers);
    }

    /**
     * Says in a few words what value each layer has.
     *
     * @param values of at least one layer
     * @param stated used as it is if it says the same; else its general value is, if a layer has it
     */
    public static <T> PerLayer<T> describe(Map<LayerPoint, T> values, Optional<PerLayer<T>> stated) {
        Optional<PerLayer<T>> used = stated.map(each -> each.among(values.keySet()));
        if (used.isPresent() && used.get().of(values.keySet()).equals(values)) {
            return used.get();
        }
        T general = used.map(PerLayer::general)
                .filter(values::containsValue)
                .orElseGet(() -> mostFrequent(new ArrayList<>(values.values())));
        Map<String, T> patterns = new LinkedHashMap<>();
        values.values().stream()
                .distinct()
                .filter(value -> !value.equals(general))
                .forEach(value -> LayerTargets.patterns(having(value, values), values.keySet())
                        .forEach(pattern -> patterns.put(pattern, value)));
        return new PerLayer<>(general, patterns);
    }

    private static <T> T mostFrequent(List<T> values) {
        return values.stream()
                .max(Comparator.comparingInt(value -> Collections.frequency(values, value)))
                .orElseThrow();
    }

    private static <T> List<LayerPoint> having(T value, Map<LayerPoint, T> values) {
        return values.keySet().stream()
                .filter(layer -> values.get(layer).equals(value))
                .toList();
    }
}
