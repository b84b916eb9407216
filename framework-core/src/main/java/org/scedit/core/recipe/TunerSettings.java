package org.scedit.core.recipe;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.recipe.RecipeNode.Mapping;

/**
 * A tuner's, an annotator's or a measure's own settings as one line of YAML, such as {@code {down_ratio: 1.0, skips: []}}: tuner files
 * keep it.
 */
public final class TunerSettings {
    private TunerSettings() {}

    /** The settings of a plugin's configuration record; the same line for equal records. */
    public static String write(Record config) {
        List<String> settings = new ArrayList<>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = RecipeWriter.valueOf(component, config);
            if (value instanceof Optional<?> optional) {
                optional.ifPresent(present -> settings.add(setting(component, present)));
            } else {
                settings.add(setting(component, value));
            }
        }
        return "{" + String.join(", ", settings) + "}";
    }

    /**
     * Which settings two blocks of a plugin do not share, a line each: {@code rank: 4 in the file, 8 in the recipe}.
     *
     * @param file   settings that a file was made with
     * @param recipe of the same record
     */
    public static List<String> differences(Record file, Record recipe) {
        List<String> lines = new ArrayList<>();
        for (RecordComponent component : file.getClass().getRecordComponents()) {
            Object before = RecipeWriter.valueOf(component, file);
            Object now = RecipeWriter.valueOf(component, recipe);
            if (!before.equals(now)) {
                lines.add(Names.key(component.getName()) + ": " + shown(before) + " in the file, " + shown(now)
                        + " in the recipe");
            }
        }
        return lines;
    }

    private static String shown(Object value) {
        return value instanceof Optional<?> optional
                ? optional.map(RecipeWriter::scalar).orElse("none")
                : RecipeWriter.scalar(value);
    }

    private static String setting(RecordComponent component, Object value) {
        return Names.key(component.getName()) + ": " + RecipeWriter.scalar(value);
    }

    /**
     * Reads settings, with defaults for what is left out.
     *
     * @param place what messages call the text, such as the file it was found in
     * @throws UserException if the settings are not the plugin's; the message lists every problem
     */
    public static Record read(String yaml, TunerProvider<?> provider, String place) {
        return read(yaml, provider.id(), provider.configType(), place);
    }

    /** {@link #read(String, TunerProvider, String)} for an annotator's settings. */
    public static <C extends Record> C read(String yaml, Annotator<C> annotator, String place) {
        return read(yaml, annotator.id(), annotator.configType(), place);
    }

    /** {@link #read(String, TunerProvider, String)} for a measure's settings. */
    public static <C extends Record> C read(String yaml, Measure<C> measure, String place) {
        return read(yaml, measure.id(), measure.configType(), place);
    }

    private static <C extends Record> C read(String yaml, String id, Class<C> type, String place) {
        var problems = new Problems();
        Position start = Position.inFile(0, Path.of(place), 1, 1);
        C config = null;
        RecipeNode node = YamlTree.parse(yaml, start, problems).orElse(null);
        if (node instanceof Mapping block) {
            var binder = new RecordBinder(new PathLookup(Path.of("")), problems, Map.of(), key -> Optional.empty());
            config = binder.bind(block, "", start, type);
        } else if (problems.isEmpty()) {
            problems.add(start, "the settings of '" + id + "' must be like {key: value}, got '" + yaml + "'");
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems.lines(), "nothing was loaded");
        }
        return config;
    }
}
