package org.scedit.core.plugin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pf4j.PluginDependency;

/** The order in which plugins can be loaded: each after those it needs. */
final class LoadOrder {
    private LoadOrder() {}

    /**
     * @param all    every plugin that was found, by id
     * @param usable those without a problem of their own
     * @return the usable ones whose needs are met; the problems name what the others lack, except where that plugin's
     *     own problem is told already
     */
    static List<PluginJar> of(
            Map<String, PluginJar> all, Collection<PluginJar> usable, Versions versions, Problems problems) {
        Map<String, PluginJar> waiting = new HashMap<>();
        for (PluginJar jar : usable) {
            List<PluginDependency> unmet = jar.needs().stream()
                    .filter(need -> !isMet(need, all, versions))
                    .toList();
            unmet.forEach(need -> problems.add(jar.file(), lack(jar, need, all)));
            if (unmet.isEmpty()) {
                waiting.put(jar.id(), jar);
            }
        }
        var order = new ArrayList<PluginJar>();
        for (var ready = ready(waiting, order); !ready.isEmpty(); ready = ready(waiting, order)) {
            order.addAll(ready);
            ready.forEach(jar -> waiting.remove(jar.id()));
        }
        waiting.values().removeIf(jar -> !isInCircle(jar, waiting));
        if (!waiting.isEmpty()) {
            problems.add(
                    waiting.values().stream()
                            .map(jar -> jar.file().toString())
                            .sorted()
                            .collect(Collectors.joining(", ")),
                    "the plugins "
                            + new TreeSet<>(waiting.keySet())
                                    .stream().map(id -> "'" + id + "'").collect(Collectors.joining(", "))
                            + " need each other in a circle; none of them can be loaded first");
        }
        return order;
    }

    private static List<PluginJar> ready(Map<String, PluginJar> waiting, List<PluginJar> loaded) {
        Predicate<PluginDependency> isLoaded =
                need -> loaded.stream().anyMatch(jar -> jar.id().equals(need.getPluginId()));
        return waiting.values().stream()
                .filter(jar -> jar.needs().stream().allMatch(isLoaded))
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
    }

    /** Whether following what it needs leads back to it. */
    private static boolean isInCircle(PluginJar start, Map<String, PluginJar> waiting) {
        var reached = new TreeSet<String>();
        var next = new ArrayList<>(List.of(start));
        while (!next.isEmpty()) {
            for (PluginDependency need : next.remove(next.size() - 1).needs()) {
                PluginJar needed = waiting.get(need.getPluginId());
                if (needed != null && reached.add(needed.id())) {
                    next.add(needed);
                }
            }
        }
        return reached.contains(start.id());
    }

    private static boolean isMet(PluginDependency need, Map<String, PluginJar> all, Versions versions) {
        PluginJar needed = all.get(need.getPluginId());
        return needed != null
                && versions.isVersion(needed.version())
                && versions.lies(needed.version(), need.getPluginVersionSupport())
                        .orElse(false);
    }

    private static String lack(PluginJar jar, PluginDependency need, Map<String, PluginJar> all) {
        String range = need.getPluginVersionSupport().equals("*") ? "" : " " + need.getPluginVersionSupport();
        PluginJar found = all.get(need.getPluginId());
        return "plugin '" + jar.id() + "' needs plugin '" + need.getPluginId() + "'" + range + ", which is "
                + (found == null ? "missing" : "here as " + found.version() + " (" + found.file() + ")")
                + "; put a fitting jar into the folder, or remove this one";
    }
}
