package org.scedit.core.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.core.recipe.Names;

/**
 * Which settings do not tell one method from another. A key stands for what is below it too: {@code data} for
 * {@code data.styles} and {@code data.count}.
 *
 * @param replicates settings over which results are repeated as over seeds
 * @param selected   settings that every method has its own best value of
 */
record Grouping(List<String> replicates, List<String> selected) {
    Grouping {
        replicates = List.copyOf(replicates);
        selected = List.copyOf(selected);
    }

    /**
     * The role of a sweep's cell.
     *
     * @param settings what the sweep sets for it
     * @param chosen   whether its values of what is selected were; before that, and for those that were not, they tell
     *     it from others
     * @param sweep    a name where nothing else tells
     */
    Role ofCell(Map<String, String> settings, boolean chosen, String sweep) {
        Map<String, String> method = chosen ? method(settings) : without(settings, replicates);
        String group = method.isEmpty() ? sweep : Settings.named(method);
        return new Role(group, of(settings, replicates), chosen ? of(settings, selected) : Map.of());
    }

    /** The role of a run with these settings in a group. */
    Role role(String group, Map<String, String> settings) {
        return new Role(group, of(settings, replicates), of(settings, selected));
    }

    /** Those settings that tell methods apart. */
    Map<String, String> method(Map<String, String> settings) {
        return without(without(settings, replicates), selected);
    }

    /** For people: keys that no run has. */
    List<String> unknown(List<RunRecord> runs) {
        Set<String> known = new LinkedHashSet<>();
        runs.forEach(run -> known.addAll(run.recipe().keySet()));
        List<String> keys = new ArrayList<>(replicates);
        keys.addAll(selected);
        return keys.stream()
                .filter(key -> known.stream().noneMatch(setting -> isOf(setting, key)))
                .map(key -> "no run has the setting '" + key + "'; "
                        + Names.nearest(key, known)
                                .map(near -> "did you mean '" + near + "'?")
                                .orElse("give a recipe's key, such as data.styles"))
                .toList();
    }

    private static Map<String, String> of(Map<String, String> settings, List<String> keys) {
        Map<String, String> some = new LinkedHashMap<>(settings);
        some.keySet().removeIf(setting -> keys.stream().noneMatch(key -> isOf(setting, key)));
        return some;
    }

    private static Map<String, String> without(Map<String, String> settings, List<String> keys) {
        Map<String, String> others = new LinkedHashMap<>(settings);
        others.keySet().removeAll(of(settings, keys).keySet());
        return others;
    }

    private static boolean isOf(String setting, String key) {
        return setting.equals(key) || setting.startsWith(key + ".") || setting.startsWith(key + "[");
    }
}
