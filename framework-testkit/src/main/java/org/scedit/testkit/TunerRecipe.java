package org.scedit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;

/** Reads a tuner's settings from a recipe, as a user would give them. */
public final class TunerRecipe {
    private static final String FILE = "recipe.yaml";

    private TunerRecipe() {}

    /**
     * The settings record of a tuner.
     *
     * @param settings lines of the tuner's block, such as {@code down_ratio: 0.5}; they are lines 4 and following of a
     *     file {@code recipe.yaml}, from column 5 on
     * @throws UserException if they are refused; the message names that file without a folder
     */
    public static Record settings(TunerProvider<?> provider, String... settings) {
        try {
            Path folder = Files.createTempDirectory("recipe");
            try {
                var recipe =
                        new StringBuilder("model: { path: " + folder + " }\ntuners:\n  - use: " + provider.id() + "\n");
                for (String line : settings) {
                    recipe.append("    ").append(line).append('\n');
                }
                recipe.append("data: { source: folder, path: " + folder + " }\ntrain: { steps: 1 }\n");
                Path file = Files.writeString(folder.resolve(FILE), recipe);
                return new RecipeReader(Map.of(provider.id(), provider))
                        .read(file, List.of())
                        .tuners()
                        .get(0)
                        .config();
            } catch (UserException e) {
                throw new UserException(e.getMessage().replace(folder + "/", ""), e);
            } finally {
                Files.deleteIfExists(folder.resolve(FILE));
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A tuning method of a plugin on the class path.
     *
     * @throws AssertionError if no plugin there offers it
     */
    public static TunerProvider<?> provider(PluginCatalogue plugins, String id) {
        TunerProvider<?> provider = plugins.tuners().get(id);
        if (provider == null) {
            throw new AssertionError("no plugin on the class path offers tuner '" + id + "'; there are "
                    + plugins.tuners().keySet());
        }
        return provider;
    }
}
