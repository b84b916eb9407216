package org.scedit.core.recipe;

import java.util.List;
import java.util.Map;
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
    record Choice(Map<String, String> shown, Map<String, Entry> changes) {}
}
