package org.scedit.core.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import org.scedit.api.Measure.Better;
import org.scedit.core.JsonFile;
import org.scedit.core.UserException;
import org.scedit.core.measure.Measured;
import org.scedit.core.measure.MeasuresFile;
import org.scedit.core.recipe.RecipeDifference;
import org.scedit.core.run.Metrics;
import org.scedit.core.weights.FileHash;

/**
 * Reads run folders, also of runs that are at work or were killed: a file that is missing or cannot be read is told in
 * the run's notes, and all others count.
 */
final class RunReader {
    private static final int LONGEST_ERROR = 4000;

    /** At a run's end; it is in the metrics and not in the measures. */
    private static final Quality VALIDATION_LOSS = new Quality("validation loss", Better.LOWER);

    private final Path folder;
    private final List<String> notes = new ArrayList<>();

    private RunReader(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads a run.
     *
     * @param name     of the cell
     * @param role     what it is in the comparison
     * @param chosen   whether it takes part in the comparison
     * @param seed     its seed, where it is known from elsewhere; otherwise its recipe's
     * @param folder   the run folder, which need not exist
     * @param settings what a sweep set for it
     */
    static RunRecord read(
            String name, Role role, boolean chosen, Optional<Long> seed, Path folder, Map<String, String> settings) {
        return new RunReader(folder).read(name, role, chosen, seed, settings);
    }

    private RunRecord read(String name, Role role, boolean chosen, Optional<Long> seed, Map<String, String> settings) {
        Map<String, String> recipe = recipe();
        Path error = folder.resolveSibling(folder.getFileName() + ".error");
        State state = State.NOT_STARTED;
        if (Files.isRegularFile(folder.resolve("summary.md"))) {
            state = State.FINISHED;
        } else if (Files.isRegularFile(error)) {
            state = State.FAILED;
            read(error, file -> shortened(text(file))).ifPresent(notes::add);
        } else if (Files.isRegularFile(folder.resolve("recipe.yaml"))) {
            state = State.UNFINISHED;
        }
        Optional<Long> steps = number(recipe, "train.steps");
        List<Metrics.Line> lines = metrics();
        LossCourse losses = LossCourse.of(lines, steps.orElse(0L).intValue());
        List<MeasuredValue> measures = new ArrayList<>(
                read(folder.resolve("measures.json"), RunReader::measures).orElse(List.of()));
        if (state == State.FINISHED) {
            losses.validated()
                    .ifPresent(
                            loss -> measures.add(new MeasuredValue(VALIDATION_LOSS, loss, OptionalDouble.empty(), 0)));
        }
        return new RunRecord(
                name,
                role,
                chosen,
                seed.orElseGet(() -> number(recipe, "seed").orElse(0L)),
                folder,
                state,
                notes,
                steps.map(Long::intValue).map(OptionalInt::of).orElse(OptionalInt.empty()),
                settings,
                recipe,
                hash(),
                measures,
                json("cost.json", RunReader::cost).orElse(Cost.UNKNOWN),
                lines.isEmpty() ? 0 : lines.get(lines.size() - 1).step(),
                losses,
                json("samples/pictures.json", this::pictures));
    }

    private Map<String, String> recipe() {
        Path file = folder.resolve("recipe.yaml");
        return read(file, any -> RecipeDifference.flatten(text(file), file.toString()))
                .orElse(Map.of());
    }

    private static Optional<Long> number(Map<String, String> recipe, String key) {
        try {
            return Optional.ofNullable(recipe.get(key)).map(Long::valueOf);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private List<Metrics.Line> metrics() {
        Path file = folder.resolve("metrics.jsonl");
        return read(file, Metrics::read).orElse(List.of());
    }

    private static List<MeasuredValue> measures(Path file) {
        List<MeasuredValue> values = new ArrayList<>();
        for (MeasuresFile.Line line : MeasuresFile.read(file)) {
            Measured after = line.after();
            boolean taken =
                    values.stream().anyMatch(value -> value.quality().name().equals(after.name()));
            String name = taken ? after.name() + " (" + after.use() + ")" : after.name();
            values.add(new MeasuredValue(
                    new Quality(name, after.better()), after.value(), line.before(), after.samples()));
        }
        return values;
    }

    private static Cost cost(JsonObject file) {
        Map<String, Double> figures = new LinkedHashMap<>();
        Map<String, String> facts = new LinkedHashMap<>();
        file.entrySet().forEach(entry -> {
            boolean figure = Cost.FIGURES.stream().anyMatch(each -> each.key().equals(entry.getKey()));
            if (figure && entry.getValue().isJsonPrimitive()) {
                figures.put(entry.getKey(), JsonFile.finite(entry.getValue()));
            } else {
                facts(entry.getKey(), entry.getValue(), facts);
            }
        });
        return new Cost(figures, facts);
    }

    private static void facts(String path, JsonElement element, Map<String, String> facts) {
        if (element instanceof JsonObject object) {
            object.entrySet().forEach(entry -> facts(path + "." + entry.getKey(), entry.getValue(), facts));
        } else if (element.isJsonPrimitive()) {
            facts.put(path, element.getAsString());
        }
    }

    private PictureRows pictures(JsonObject file) {
        List<PictureRows.Row> rows = new ArrayList<>();
        for (JsonElement element : file.getAsJsonArray("rows")) {
            JsonObject row = element.getAsJsonObject();
            rows.add(new PictureRows.Row(
                    row.get("name").getAsString(),
                    list(row, "files", each -> folder.resolve("samples").resolve(each.getAsString()))));
        }
        return new PictureRows(
                list(file, "prompts", JsonElement::getAsString), list(file, "seeds", JsonElement::getAsLong), rows);
    }

    private static <T> List<T> list(JsonObject object, String key, Function<JsonElement, T> item) {
        List<T> items = new ArrayList<>();
        object.getAsJsonArray(key).forEach(each -> items.add(item.apply(each)));
        return items;
    }

    private <T> Optional<T> json(String name, Function<JsonObject, T> meaning) {
        return read(folder.resolve(name), file -> JsonFile.read(file, meaning));
    }

    /** What a file means; empty, and told in the notes unless it is just missing, where it means nothing. */
    private <T> Optional<T> read(Path file, Function<Path, T> meaning) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(meaning.apply(file));
        } catch (UserException | UncheckedIOException e) {
            notes.add(folder.relativize(file) + " cannot be read; it is left out of the report");
            return Optional.empty();
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String hash() {
        Path file = folder.resolve("recipe.yaml");
        return read(file, any -> FileHash.sha256(List.of(file))).orElse("");
    }

    private static String shortened(String error) {
        String text = error.strip();
        return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR) + " ...";
    }
}
