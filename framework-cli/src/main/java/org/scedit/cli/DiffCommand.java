package org.scedit.cli;

import com.google.inject.Guice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.scedit.core.UserException;
import org.scedit.core.job.RunModule;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeDifference;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.recipe.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what two recipes mean differently. */
@Command(
        name = "diff",
        description = {
            "Tells what two recipes mean differently: key by key, with all that they extend and every default filled in."
                    + " Name and output are left out, as they say where a run lies and not what it does.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit diff recipes/embedded/lora.yaml recipes/embedded/sc-tuner.yaml",
            "  scedit diff runs/one recipes/quickstart.yaml"
        })
final class DiffCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "RECIPE|RUN_FOLDER",
            description = "A recipe, or the folder of a run or a sweep.")
    private Path one;

    @Parameters(index = "1", paramLabel = "RECIPE|RUN_FOLDER", description = "The other.")
    private Path other;

    DiffCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (PluginCatalogue plugins = Home.plugins()) {
            RecipeReader reader = Guice.createInjector(new RunModule(plugins)).getInstance(RecipeReader.class);
            List<RecipeDifference.Key> keys =
                    RecipeDifference.keys(meaning(one, reader), meaning(other, reader)).stream()
                            .filter(key -> !List.of("name", "output").contains(key.key()))
                            .toList();
            if (keys.isEmpty()) {
                terminal.out().println(one + " and " + other + " mean the same");
                return 0;
            }
            var table = new Table().row("key", one, other);
            keys.forEach(key -> table.row(key.key(), key.before(), key.now()));
            table.print(terminal.out());
        }
        return 0;
    }

    /** The recipe with every default filled in; of a sweep, as it is written, with what it extends. */
    private static String meaning(Path path, RecipeReader reader) {
        if (Files.isDirectory(path)) {
            for (String file : List.of("recipe.yaml", "sweep.yaml")) {
                if (Files.isRegularFile(path.resolve(file))) {
                    return text(path.resolve(file));
                }
            }
            throw new UserException(
                    path + ": is a folder without recipe.yaml or sweep.yaml, so no run's and no sweep's");
        }
        Optional<Sweep> sweep = reader.readSweep(path, List.of(), Integer.MAX_VALUE);
        return sweep.map(Sweep::written)
                .orElseGet(() -> reader.read(path, List.of()).resolved());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e, e);
        }
    }
}
