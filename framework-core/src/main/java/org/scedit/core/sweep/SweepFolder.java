package org.scedit.core.sweep;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.recipe.RecipeDifference;
import org.scedit.core.recipe.Sweep;
import org.scedit.core.run.FolderLock;

/**
 * The folder of a sweep. Whoever holds this object is the only process that runs the sweep.
 * <pre>
 * sweep.yaml     the recipe with its sweep block: tells that the folder belongs to this sweep
 * cells.json     the cells, the threads that each of them has, and what the report groups them by
 * cells/         what {@link Cell} names
 * </pre>
 */
public final class SweepFolder implements AutoCloseable {
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();
    private static final int MOST_DIFFERENCES = 10;

    /** What does not change any run, only how they are compared. */
    private static final String REPLICATES = "sweep.replicates";

    private final Path path;
    private final Sweep sweep;
    private final FolderLock lock;

    private SweepFolder(Sweep sweep, FolderLock lock) {
        this.path = sweep.folder();
        this.sweep = sweep;
        this.lock = lock;
    }

    /**
     * Opens the folder of a sweep, and makes it if it is not there.
     *
     * @throws UserException if it holds a run or another sweep, if another process runs the sweep, or if it cannot be made
     */
    public static SweepFolder open(Sweep sweep) {
        Path path = sweep.folder();
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new UserException(path + ": is a file, a folder is needed; choose another with output=FOLDER");
        }
        if (Files.exists(path.resolve("recipe.yaml"))) {
            throw new UserException(path + ": holds a run, not a sweep; choose another folder with output=FOLDER");
        }
        FolderLock lock = FolderLock.take(path)
                .orElseThrow(() -> new UserException(path + ": another process runs this sweep; wait for it"));
        try {
            var folder = new SweepFolder(sweep, lock);
            folder.claim();
            return folder;
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Where a sweep's folder keeps its recipe. */
    public static Path recipe(Path folder) {
        return folder.resolve("sweep.yaml");
    }

    private void claim() {
        Path recipe = recipe(path);
        if (!Files.exists(recipe)) {
            AtomicFiles.writeText(recipe, sweep.written());
            return;
        }
        String before;
        try {
            before = Files.readString(recipe);
        } catch (IOException e) {
            throw new UserException(recipe + ": cannot be read: " + e, e);
        }
        List<String> differences = RecipeDifference.between(before, sweep.written()).stream()
                .filter(line -> !line.startsWith(REPLICATES + ": "))
                .toList();
        if (!differences.isEmpty()) {
            List<String> shown = differences.subList(0, Math.min(MOST_DIFFERENCES, differences.size()));
            throw new UserException(path + ": holds the results of another sweep\n  " + String.join("\n  ", shown)
                    + (shown.size() < differences.size() ? "\n  and more" : "")
                    + "\ngo on with that one (scedit ablate " + path
                    + "), or run this one in another folder with output=FOLDER");
        }
        if (!before.equals(sweep.written())) {
            AtomicFiles.writeText(recipe, sweep.written());
        }
    }

    /** The folder itself. */
    public Path path() {
        return path;
    }

    /** The threads that each cell had when the sweep began, on which the last digits of its numbers depend. */
    public OptionalInt threads() {
        return list().filter(list -> list.has("threads"))
                .map(list -> OptionalInt.of(list.get("threads").getAsInt()))
                .orElse(OptionalInt.empty());
    }

    private Optional<JsonObject> list() {
        try {
            return Optional.of(JsonParser.parseString(Files.readString(path.resolve("cells.json")))
                    .getAsJsonObject());
        } catch (IOException | JsonParseException | IllegalStateException e) {
            return Optional.empty(); // is written anew
        }
    }

    /**
     * Lists the cells, and writes the recipes of those that have none yet.
     *
     * @param cells   all of the sweep
     * @param chosen  groups that were chosen; empty where nothing is, or not yet
     * @param dropped cells that are not run, as others were chosen
     * @param threads of each cell
     */
    void write(List<Cell> cells, Set<String> chosen, Set<Cell> dropped, int threads) {
        JsonArray list = new JsonArray();
        for (Cell cell : cells) {
            if (dropped.contains(cell)) {
                continue;
            }
            if (!Files.exists(cell.recipeFile())) {
                AtomicFiles.writeText(cell.recipeFile(), cell.recipe());
            }
            JsonObject settings = new JsonObject();
            cell.settings().forEach(settings::addProperty);
            JsonObject entry = new JsonObject();
            entry.addProperty("name", cell.name());
            entry.addProperty("folder", "cells/" + cell.name());
            entry.add("settings", settings);
            entry.addProperty("group", cell.group());
            entry.addProperty("seed", cell.seed());
            if (!chosen.isEmpty()) {
                entry.addProperty("chosen", chosen.contains(cell.group()));
            }
            list.add(entry);
        }
        JsonObject all = new JsonObject();
        all.addProperty("sweep", sweep.name());
        all.addProperty("threads", threads);
        all.add("replicates", GSON.toJsonTree(sweep.replicates()));
        all.add("select", GSON.toJsonTree(sweep.select().map(Sweep.Select::keys).orElse(List.of())));
        all.add("cells", list);
        AtomicFiles.writeText(path.resolve("cells.json"), GSON.toJson(all) + "\n");
    }

    /** Lets other processes run the sweep. */
    @Override
    public void close() {
        lock.close();
    }
}
