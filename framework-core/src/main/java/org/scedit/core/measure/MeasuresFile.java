package org.scedit.core.measure;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.scedit.api.Measure.Better;
import org.scedit.core.AtomicFiles;
import org.scedit.core.JsonFile;

/**
 * {@code measures.json}: what was measured after training, and of the model before it.
 * <pre>{"measures": [{"use": "captions", "name": "captions of one object", "value": 0.91, "before": 0.83,
 *                "better": "higher", "samples": 24}]}</pre>
 * The same bytes for the same weights.
 */
public final class MeasuresFile {
    private MeasuresFile() {}

    /**
     * A line of the file.
     *
     * @param after  after training; {@code samples} is 0 where the file does not tell
     * @param before of the model before it was tuned
     */
    public record Line(Measured after, OptionalDouble before) {}

    /**
     * Reads the file.
     *
     * @throws org.scedit.core.UserException if it is missing, or does not read like one that {@link #write} wrote
     */
    public static List<Line> read(Path file) {
        return JsonFile.read(file, all -> {
            List<Line> lines = new ArrayList<>();
            for (JsonElement element : all.getAsJsonArray("measures")) {
                JsonObject line = element.getAsJsonObject();
                var after = new Measured(
                        line.get("use").getAsString(),
                        line.get("name").getAsString(),
                        line.get("value").getAsDouble(),
                        Better.valueOf(line.get("better").getAsString().toUpperCase(Locale.ROOT)),
                        line.has("samples") ? line.get("samples").getAsInt() : 0);
                lines.add(new Line(
                        after,
                        line.has("before")
                                ? OptionalDouble.of(JsonFile.finite(line.get("before")))
                                : OptionalDouble.empty()));
            }
            return lines;
        });
    }

    /**
     * Writes the file.
     *
     * @param before of the same measures in the same order; empty where the model was not measured before
     */
    public static void write(Path file, List<Measured> after, List<Measured> before) {
        var measures = new JsonArray();
        for (int i = 0; i < after.size(); i++) {
            Measured each = after.get(i);
            var line = new JsonObject();
            line.addProperty("use", each.use());
            line.addProperty("name", each.name());
            line.addProperty("value", each.value());
            if (!before.isEmpty()) {
                line.addProperty("before", before.get(i).value());
            }
            line.addProperty("better", each.better().name().toLowerCase(Locale.ROOT));
            line.addProperty("samples", each.samples());
            measures.add(line);
        }
        var all = new JsonObject();
        all.add("measures", measures);
        var json = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        AtomicFiles.writeText(file, json.toJson(all) + "\n");
    }
}
