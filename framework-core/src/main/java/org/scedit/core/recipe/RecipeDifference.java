package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.core.UserException;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * In what two resolved recipes differ. Works on the texts, so that a run's folder can be compared even if a plugin it
 * used is gone.
 */
public final class RecipeDifference {
    private RecipeDifference() {}

    /**
     * A key that differs.
     *
     * @param key    its path, such as {@code train.steps}
     * @param before its value in the one recipe; {@code not set} if it is not there
     * @param now    that in the other
     */
    public record Key(String key, String before, String now) {}

    /**
     * Compares two recipes key by key.
     *
     * @param before a {@linkplain Recipe#resolved() resolved} recipe, such as a run folder's
     * @param now    the other
     * @return a line for each key that differs, {@code train.steps: 300 before, 500 now}, in the recipes' order; empty
     *     for equal recipes
     * @throws UserException if a text is no recipe
     */
    public static List<String> between(String before, String now) {
        return keys(before, now).stream()
                .map(key -> key.key() + ": " + key.before() + " before, " + key.now() + " now")
                .toList();
    }

    /** {@link #between} before it is put into words. */
    public static List<Key> keys(String before, String now) {
        Map<String, String> old = flatten(before, "recipe before");
        Map<String, String> changed = flatten(now, "recipe now");
        Set<String> keys = new LinkedHashSet<>(old.keySet());
        keys.addAll(changed.keySet());
        List<Key> differences = new ArrayList<>();
        for (String key : keys) {
            String then = old.getOrDefault(key, "not set");
            String here = changed.getOrDefault(key, "not set");
            if (!then.equals(here)) {
                differences.add(new Key(key, then, here));
            }
        }
        return differences;
    }

    /**
     * A recipe's settings, key by key.
     *
     * @param yaml   a {@linkplain Recipe#resolved() resolved} recipe
     * @param source where it is from, for messages
     * @return path, such as {@code tuners[0].rank}, to value; in the recipe's order
     * @throws UserException if the text is no recipe
     */
    public static Map<String, String> flatten(String yaml, String source) {
        var problems = new Problems();
        Map<String, String> values = new LinkedHashMap<>();
        YamlTree.parse(yaml, Position.inFile(0, Path.of(source), 1, 1), problems)
                .ifPresent(tree -> flatten(tree, "", values));
        problems.throwIfAny();
        return values;
    }

    private static void flatten(RecipeNode node, String path, Map<String, String> values) {
        if (node instanceof Mapping block) {
            block.entries()
                    .forEach((key, entry) -> flatten(entry.value(), path.isEmpty() ? key : path + "." + key, values));
        } else if (node instanceof Sequence list && list.items().stream().allMatch(item -> item instanceof Scalar)) {
            values.put(
                    path,
                    list.items().stream().map(RecipeDifference::text).toList().toString());
        } else if (node instanceof Sequence list) {
            values.put(path, list.items().size() + (list.items().size() == 1 ? " entry" : " entries"));
            for (int i = 0; i < list.items().size(); i++) {
                flatten(list.items().get(i), path + "[" + i + "]", values);
            }
        } else if (node instanceof Scalar scalar) {
            values.put(path, text(scalar));
        }
    }

    private static String text(RecipeNode node) {
        var scalar = (Scalar) node;
        return scalar.quoted() ? "'" + scalar.text() + "'" : scalar.text();
    }
}
