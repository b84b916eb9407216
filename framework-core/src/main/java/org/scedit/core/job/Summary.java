package org.scedit.core.job;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.scedit.core.AtomicFiles;
import org.scedit.core.measure.Measured;
import org.scedit.core.run.Metrics;
import org.scedit.core.run.RunFolder;

/** What came out of a run, in a person's words: {@code summary.md} and the console's last lines. */
final class Summary {
    private final Map<String, String> results = new LinkedHashMap<>();

    /** One line, after those before. */
    void put(String name, Object value) {
        results.put(name, value.toString());
    }

    /** A line of the last validation, where there was one. */
    void putValidation(Path metrics) {
        Metrics.read(metrics).stream()
                .filter(line -> line.values().containsKey(Metrics.VALIDATION_LOSS))
                .reduce((earlier, later) -> later)
                .ifPresent(line -> {
                    double heldOut = line.values().get(Metrics.VALIDATION_LOSS);
                    double trained = line.values().get(Metrics.TRAINING_LOSS);
                    put(
                            "validation loss",
                            String.format(
                                    Locale.ROOT,
                                    "%.5f on held-out pictures, %.5f on training pictures; the gap, %+.5f, is"
                                            + " over-fitting where it grows",
                                    heldOut,
                                    trained,
                                    heldOut - trained));
                });
    }

    /** A line for each measure. */
    void put(List<Measured> after, List<Measured> before) {
        for (int i = 0; i < after.size(); i++) {
            Measured now = after.get(i);
            put(
                    now.name(),
                    (before.isEmpty()
                                    ? ""
                                    : String.format(
                                            Locale.ROOT,
                                            "%.4f before, ",
                                            before.get(i).value()))
                            + String.format(
                                    Locale.ROOT,
                                    "%.4f after (%s is better, %d samples)",
                                    now.value(),
                                    now.better().name().toLowerCase(Locale.ROOT),
                                    now.samples()));
        }
    }

    /** Writes the file, and tells the same to whoever watches. */
    void write(String title, RunFolder folder, RecipeRun.Options options) {
        var text = new StringBuilder("# " + title + "\n\n");
        results.forEach((name, value) ->
                text.append("- **").append(name).append("**: ").append(value).append('\n'));
        text.append("\nThe same again: `scedit run ").append(folder.recipe()).append(" output=ANOTHER_FOLDER`\n");
        AtomicFiles.writeText(folder.summary(), text.toString());
        results.put("summary", folder.summary().toString());
        int width = results.keySet().stream().mapToInt(String::length).max().orElseThrow();
        results.forEach((name, value) -> options.out().println(String.format("%-" + width + "s  %s", name, value)));
    }
}
