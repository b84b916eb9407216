package org.scedit.core.condition;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.scenes.SceneMap;

/** How the maps of a condition are made. */
public sealed interface MapMaker {
    /** Metadata of tuner files: after it the condition's name. */
    String METADATA = "scedit.condition.";

    /** From a picture, by an annotator. */
    record Annotated<C extends Record>(Annotator<C> annotator, C config) implements MapMaker {
        /**
         * The map of a picture, of its size.
         *
         * @param seed of what the annotator draws by chance
         */
        public Picture of(Picture picture, long seed) {
            Picture map = annotator.annotate(config, picture, seed);
            if (map.width() != picture.width() || map.height() != picture.height()) {
                throw new IllegalStateException("annotator '" + annotator.id() + "' made a map of " + map.width() + "x"
                        + map.height() + " pixels of a picture of " + picture.width() + "x" + picture.height());
            }
            return map;
        }

        @Override
        public String words() {
            return annotator.id() + " " + TunerSettings.write(config);
        }
    }

    /**
     * Not at all: they are given.
     *
     * @param folder holds those of the training pictures; empty where nothing is trained
     */
    record Ready(Optional<Path> folder) implements MapMaker {
        @Override
        public String words() {
            return "file {}";
        }
    }

    /** From a scene itself; of other pictures they are given. */
    record OfScene(SceneMap map) implements MapMaker {
        @Override
        public String words() {
            return "scene " + TunerSettings.write(new Recipe.SceneMaps(map));
        }
    }

    /** What makes them and its settings, {@code canny {low: 100.0, high: 200.0}}: tuner files keep it. */
    String words();

    /**
     * By an annotator with its defaults.
     *
     * @throws UserException if it has a setting without default
     */
    static MapMaker byDefault(Annotator<?> annotator) {
        return annotated(annotator, "{}", "condition '" + annotator.id() + "'");
    }

    /**
     * As {@link #words} tell.
     *
     * @param annotators by id
     * @param place      what messages call the words' place
     * @throws UserException if the annotator is not installed or has other settings
     */
    static MapMaker read(String words, Map<String, Annotator<?>> annotators, String place) {
        String[] parts = words.split(" ", 2);
        if (parts[0].equals("file") || parts[0].equals("scene")) {
            return new Ready(Optional.empty());
        }
        Annotator<?> annotator = annotators.get(parts[0]);
        if (annotator == null) {
            throw new UserException(place + ": needs the annotator '" + parts[0]
                    + "', which no installed plugin offers; " + listed(annotators));
        }
        return annotated(annotator, parts.length == 1 ? "{}" : parts[1], place);
    }

    private static <C extends Record> MapMaker annotated(Annotator<C> annotator, String settings, String place) {
        return new Annotated<>(annotator, TunerSettings.read(settings, annotator, place));
    }

    /** As a recipe's block says. */
    static MapMaker of(Recipe.ConditionBlock block, Map<String, Annotator<?>> annotators) {
        if (block.config() instanceof Recipe.FileMaps file) {
            return new Ready(Optional.of(file.path()));
        }
        return block.config() instanceof Recipe.SceneMaps scene
                ? new OfScene(scene.map())
                : configured(annotators.get(block.use()), block.config());
    }

    private static <C extends Record> MapMaker configured(Annotator<C> annotator, Record config) {
        return new Annotated<>(annotator, annotator.configType().cast(config));
    }

    /** {@code there are canny, sketch}, for messages. */
    static String listed(Map<String, Annotator<?>> annotators) {
        return annotators.isEmpty()
                ? "no annotator is installed"
                : "there are the annotators " + String.join(", ", annotators.keySet());
    }
}
