package org.scedit.core.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.core.UserException;

/**
 * The runs that a report is about.
 *
 * @param title its heading
 * @param runs  in the order of the report, at least one
 */
record RunCollection(String title, List<RunRecord> runs) {
    private static final String CELLS = "cells.json";

    /** What does not tell one method from another. */
    private static final Set<String> NOT_A_SETTING = Set.of("name", "output", "seed");

    /**
     * The cells of a sweep, begun or not.
     *
     * @param folder with a {@code cells.json}
     * @throws UserException if there is none, or it lists no cells
     */
    static RunCollection ofSweep(Path folder) {
        JsonObject list = cells(folder);
        try {
            Grouping grouping = new Grouping(names(list, "replicates"), names(list, "select"));
            List<RunRecord> runs = new ArrayList<>();
            for (JsonElement element : list.getAsJsonArray("cells")) {
                JsonObject cell = element.getAsJsonObject();
                Map<String, String> settings = new LinkedHashMap<>();
                cell.getAsJsonObject("settings")
                        .entrySet()
                        .forEach(entry ->
                                settings.put(entry.getKey(), entry.getValue().getAsString()));
                boolean selected = cell.has("chosen") && cell.get("chosen").getAsBoolean();
                Role role = grouping.replicates().isEmpty()
                        ? Role.in(cell.get("group").getAsString())
                        : grouping.ofCell(settings, selected, list.get("sweep").getAsString());
                runs.add(RunReader.read(
                        cell.get("name").getAsString(),
                        role,
                        !cell.has("chosen") || selected,
                        cell.has("seed") ? Optional.of(cell.get("seed").getAsLong()) : Optional.empty(),
                        folder.resolve(cell.get("folder").getAsString()),
                        settings));
            }
            if (runs.isEmpty()) {
                throw new UserException(folder.resolve(CELLS) + ": lists no cells; start the sweep again");
            }
            return new RunCollection(list.get("sweep").getAsString(), runs);
        } catch (ClassCastException
                | IllegalStateException
                | NullPointerException
                | NumberFormatException
                | UnsupportedOperationException e) {
            throw new UserException(
                    folder.resolve(CELLS) + ": is not a sweep's list of cells; 'scedit ablate' writes it anew", e);
        }
    }

    /** A list of settings' names; none in the list of an older sweep. */
    private static List<String> names(JsonObject list, String key) {
        List<String> names = new ArrayList<>();
        if (list.has(key)) {
            list.getAsJsonArray(key).forEach(name -> names.add(name.getAsString()));
        }
        return names;
    }

    private static JsonObject cells(Path folder) {
        Path file = folder.resolve(CELLS);
        if (!Files.isRegularFile(file)) {
            throw new UserException(folder + ": is no sweep folder (cells.json is missing); for folders of single runs"
                    + " use 'scedit compare RUN RUN...'");
        }
        try {
            return JsonParser.parseString(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                    .getAsJsonObject();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Any runs. Those that differ in nothing but seed, name, output and what the grouping leaves out are one group, which
     * is called by what tells it from the others.
     *
     * @param folders run folders; the folder of a sweep stands for those of its cells that have begun
     * @throws UserException if one holds no run, if two are the same recipe with the same seed or differ only in what was
     *     chosen, or if the grouping names what no recipe has
     */
    static RunCollection ofRuns(List<Path> folders, Grouping grouping) {
        List<String> problems = new ArrayList<>();
        List<RunRecord> runs = new ArrayList<>();
        for (Path folder : folders.stream().distinct().toList()) {
            List<Path> found = runFolders(folder);
            if (found.isEmpty()) {
                problems.add(folder + ": holds no run (recipe.yaml is missing); give folders that 'scedit run' or"
                        + " 'scedit ablate' wrote");
            }
            found.forEach(run -> runs.add(
                    RunReader.read(run.getFileName().toString(), Role.in(""), true, Optional.empty(), run, Map.of())));
        }
        problems.addAll(grouping.unknown(runs));
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "no report was written");
        }
        List<RunRecord> grouped = grouped(runs, grouping);
        return new RunCollection(
                grouped.size() == 1 ? grouped.get(0).name() : "Comparison of " + grouped.size() + " runs", grouped);
    }

    private static List<Path> runFolders(Path folder) {
        if (Files.isRegularFile(folder.resolve("recipe.yaml"))) {
            return List.of(folder.toAbsolutePath().normalize());
        }
        if (!Files.isRegularFile(folder.resolve(CELLS))) {
            return List.of();
        }
        return ofSweep(folder).runs().stream()
                .filter(run -> run.chosen() && !run.recipe().isEmpty())
                .map(run -> run.folder().toAbsolutePath().normalize())
                .toList();
    }

    private static List<RunRecord> grouped(List<RunRecord> runs, Grouping grouping) {
        Set<String> followers = seedFollowers(runs);
        List<Map<String, String>> all =
                runs.stream().map(run -> methods(run, followers)).toList();
        List<String> differing = Settings.of(all).differing();
        List<String> telling =
                Settings.telling(all.stream().map(grouping::method).toList());
        String unnamed = "";
        Map<Map<String, String>, Path> seen = new HashMap<>();
        Map<List<Object>, Path> repeated = new HashMap<>();
        Set<String> names = new HashSet<>();
        List<String> problems = new ArrayList<>();
        List<RunRecord> grouped = new ArrayList<>();
        for (RunRecord run : runs) {
            Map<String, String> settings = methods(run, followers);
            Map<String, String> withSeed = new HashMap<>(settings);
            withSeed.put("seed", String.valueOf(run.seed()));
            Path same = seen.put(withSeed, run.folder());
            if (same != null) {
                problems.add(
                        run.folder() + ": is the same recipe with the same seed as " + same + "; give one of them");
            }
            Map<String, String> own = new LinkedHashMap<>();
            telling.stream().filter(settings::containsKey).forEach(key -> own.put(key, settings.get(key)));
            if (own.isEmpty() && unnamed.isEmpty()) {
                unnamed = run.recipe().getOrDefault("name", run.name());
            }
            String group = own.isEmpty() ? unnamed : Settings.named(own);
            String name = names.add(run.name()) ? run.name() : run.folder().toString();
            settings.keySet().retainAll(differing);
            Role role = grouping.role(group, settings);
            Path other = repeated.put(List.of(group, role.replicate(), run.seed()), run.folder());
            if (other != null && same == null) {
                problems.add(run.folder() + ": differs from " + other + " only in what was chosen ("
                        + String.join(", ", grouping.selected()) + "); give one of them");
            }
            own.putAll(role.replicate());
            own.putAll(role.selected());
            grouped.add(run.in(name, role, own));
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "no report was written");
        }
        return grouped;
    }

    /** Seeds of parts of a recipe, such as {@code data.seed}, that are the run's own in every run. */
    private static Set<String> seedFollowers(List<RunRecord> runs) {
        Set<String> followers = new HashSet<>();
        runs.forEach(run -> followers.addAll(run.recipe().keySet()));
        followers.removeIf(key -> !key.endsWith(".seed")
                || !runs.stream().allMatch(run -> String.valueOf(run.seed())
                        .equals(run.recipe().getOrDefault(key, String.valueOf(run.seed())))));
        return followers;
    }

    private static Map<String, String> methods(RunRecord run, Set<String> followers) {
        Map<String, String> settings = settings(run);
        settings.keySet().removeAll(followers);
        return settings;
    }

    /** A run's recipe without what does not tell one method from another. */
    static Map<String, String> settings(RunRecord run) {
        Map<String, String> settings = new LinkedHashMap<>(run.recipe());
        settings.keySet().removeAll(NOT_A_SETTING);
        return settings;
    }
}
