package org.scedit.core.recipe;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.core.recipe.RecipeNode.Entry;

/**
 * One thing that varies in a sweep.
 *
 * @param name    a key's path, the name of paired settings, or {@code random}
 * @param choices what it can be, in the order written
 */
record SweepAxis(String name, List<Choice> choices) {
    SweepAxis {
        choices = List.copyOf(choices);
    }

    /**
     * @param shown   what tells it from the other choices: a setting and its value, or several
     * @param changes of the recipe: the path of each key, with its place in the sweep and its value
     */
    record Choice(Map<String, String> shown, Map<String, Entry> changes) {
        /** With one more change; {@code label} is what it is told from the others by. */
        Choice with(String path, Optional<String> label, Entry value) {
            Map<String, String> allShown = new LinkedHashMap<>(shown);
            label.ifPresent(text -> allShown.put(path, text));
            Map<String, Entry> allChanges = new LinkedHashMap<>(changes);
            allChanges.put(path, value);
            return new Choice(allShown, allChanges);
        }
    }

    /** What tells any of its choices from the others. */
    Set<String> settings() {
        Set<String> settings = new LinkedHashSet<>();
        choices.forEach(choice -> settings.addAll(choice.shown.keySet()));
        return settings;
    }
}
