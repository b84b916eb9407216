package org.scedit.core.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What several recipes have in common, and in which keys they differ.
 *
 * @param common    keys with the same value in all of them
 * @param differing the other keys; one that some recipes do not have is among them
 */
record Settings(Map<String, String> common, List<String> differing) {
    /** What stands for a key that a recipe does not have. */
    static final String NOT_SET = "not set";

    /**
     * Compares recipes.
     *
     * @param recipes path to value, each in its recipe's order
     */
    static Settings of(List<Map<String, String>> recipes) {
        Set<String> keys = new LinkedHashSet<>();
        recipes.forEach(recipe -> keys.addAll(recipe.keySet()));
        Map<String, String> common = new LinkedHashMap<>();
        List<String> differing = new ArrayList<>();
        for (String key : keys) {
            List<String> values = recipes.stream()
                    .map(recipe -> recipe.getOrDefault(key, NOT_SET))
                    .distinct()
                    .toList();
            if (values.size() == 1) {
                common.put(key, values.get(0));
            } else {
                differing.add(key);
            }
        }
        return new Settings(common, differing);
    }

    /**
     * Keys that are enough to tell recipes apart, in the recipes' order: each tells apart some that those before it do
     * not.
     */
    static List<String> telling(List<Map<String, String>> recipes) {
        List<String> telling = new ArrayList<>();
        long parts = 1;
        for (String key : of(recipes).differing()) {
            telling.add(key);
            long more = recipes.stream()
                    .map(recipe -> telling.stream().map(recipe::get).toList())
                    .distinct()
                    .count();
            if (more == parts) {
                telling.remove(key);
            }
            parts = more;
        }
        return telling;
    }

    /**
     * Settings as a name: {@code use=lora, rank=4}; a path is shortened to its last word where that is enough.
     */
    static String named(Map<String, String> settings) {
        List<String> words = new ArrayList<>();
        settings.forEach((path, value) -> {
            String word = path.substring(path.lastIndexOf('.') + 1);
            boolean ambiguous =
                    settings.keySet().stream().anyMatch(other -> !other.equals(path) && other.endsWith("." + word));
            words.add((ambiguous ? path : word) + "=" + value);
        });
        return String.join(", ", words);
    }
}
