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
            List<RunRecord> runs = new ArrayList<>();
            for (JsonElement element : list.getAsJsonArray("cells")) {
                JsonObject cell = element.getAsJsonObject();
                Map<String, String> settings = new LinkedHashMap<>();
                cell.getAsJsonObject("settings")
                        .entrySet()
                        .forEach(entry ->
                                settings.put(entry.getKey(), entry.getValue().getAsString()));
                runs.add(RunReader.read(
                        cell.get("name").getAsString(),
                        cell.get("group").getAsString(),
                        !cell.has("chosen") || cell.get("chosen").getAsBoolean(),
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
     * Any runs. Those that differ in nothing but seed, name and output are one group, which is called by what tells it
     * from the others.
     *
     * @param folders run folders; the folder of a sweep stands for those of its cells that have begun
     * @throws UserException if one holds no run, or two are the same recipe with the same seed
     */
    static RunCollection ofRuns(List<Path> folders) {
        List<String> problems = new ArrayList<>();
        List<RunRecord> runs = new ArrayList<>();
        for (Path folder : folders.stream().distinct().toList()) {
            List<Path> found = runFolders(folder);
            if (found.isEmpty()) {
                problems.add(folder + ": holds no run (recipe.yaml is missing); give folders that 'scedit run' or"
                        + " 'scedit ablate' wrote");
            }
            found.forEach(run ->
                    runs.add(RunReader.read(run.getFileName().toString(), "", true, Optional.empty(), run, Map.of())));
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "no report was written");
        }
        List<RunRecord> grouped = grouped(runs);
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

    private static List<RunRecord> grouped(List<RunRecord> runs) {
        List<String> telling =
                Settings.telling(runs.stream().map(RunCollection::settings).toList());
        Map<Map<String, String>, Path> seen = new HashMap<>();
        Set<String> names = new HashSet<>();
        List<String> problems = new ArrayList<>();
        List<RunRecord> grouped = new ArrayList<>();
        for (RunRecord run : runs) {
            Map<String, String> settings = settings(run);
            Map<String, String> withSeed = new HashMap<>(settings);
            withSeed.put("seed", String.valueOf(run.seed()));
            Path same = seen.put(withSeed, run.folder());
            if (same != null) {
                problems.add(
                        run.folder() + ": is the same recipe with the same seed as " + same + "; give one of them");
            }
            Map<String, String> own = new LinkedHashMap<>();
            telling.stream().filter(settings::containsKey).forEach(key -> own.put(key, settings.get(key)));
            String group = own.isEmpty() ? run.recipe().getOrDefault("name", run.name()) : Settings.named(own);
            String name = names.add(run.name()) ? run.name() : run.folder().toString();
            grouped.add(run.in(name, group, own));
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "no report was written");
        }
        return grouped;
    }

    /** A run's recipe without what does not tell one method from another. */
    static Map<String, String> settings(RunRecord run) {
        Map<String, String> settings = new LinkedHashMap<>(run.recipe());
        settings.keySet().removeAll(NOT_A_SETTING);
        return settings;
    }
}
