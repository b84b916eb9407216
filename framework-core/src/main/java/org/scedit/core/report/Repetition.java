package org.scedit.core.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of a group's runs one is. Two runs of different groups that agree in it are a pair: what makes it hard for the
 * one makes it hard for the other.
 *
 * @param replicate as in {@link Role#replicate}
 * @param seed      the recipe's
 */
record Repetition(Map<String, String> replicate, long seed) {
    /** The replicate for people: {@code stripes}; empty where only seeds are repeated. */
    String place() {
        return replicate.values().stream().map(Repetition::plain).collect(Collectors.joining(", "));
    }

    /** A value without a list's brackets. */
    static String plain(String value) {
        return value.replaceFirst("^\\[(.*)]$", "$1");
    }

    /**
     * How many there are: {@code 3 seeds}, {@code 9 runs: 3 styles \u00d7 3 seeds}, {@code 8 runs of 3 styles \u00d7 3
     * seeds} where some are missing.
     *
     * @param some without any twice
     */
    static String counted(Collection<Repetition> some) {
        Map<String, Set<Object>> values = new LinkedHashMap<>();
        some.forEach(each -> each.replicate.forEach((key, value) ->
                values.computeIfAbsent(key, any -> new LinkedHashSet<>()).add(value)));
        some.forEach(each ->
                values.computeIfAbsent("seed", any -> new LinkedHashSet<>()).add(each.seed));
        List<String> counts = new ArrayList<>();
        long product = 1;
        for (Map.Entry<String, Set<Object>> each : values.entrySet()) {
            counts.add(counted(each.getValue().size(), each.getKey()));
            product *= each.getValue().size();
        }
        String factors = String.join(" \u00d7 ", counts);
        return counts.size() < 2
                ? factors
                : counted(some.size(), "run") + (product == some.size() ? ": " : " of ") + factors;
    }

    /**
     * {@code 1 style}, {@code 3 styles}.
     *
     * @param key a word or a setting's path, whose last word counts
     */
    static String counted(int count, String key) {
        String word = key.substring(key.lastIndexOf('.') + 1).replace('_', ' ').replaceFirst("s$", "");
        return count + " " + word + (count == 1 ? "" : "s");
    }
}
