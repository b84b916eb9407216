package org.scedit.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.scedit.core.UserException;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.job.RunModule;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does a recipe, or goes on with an interrupted run. */
@Command(
        name = "run",
        description = {
            "Does all a recipe says: trains the tuners, draws pictures before and after, and sums up.",
            "",
            "Everything is checked before any weight is loaded. Ctrl-C or SIGTERM ends the run after the step it is"
                    + " at, with a checkpoint; with --resume it goes on as if it had not been interrupted.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit run recipes/quickstart.yaml",
            "  scedit run recipes/quickstart.yaml train.steps=500 tuners.sc-tuner.down_ratio=0.5 output=runs/half",
            "  scedit run runs/quickstart --resume"
        })
class RunCommand implements Callable<Integer> {
    static final int INTERRUPTED = 130;

    private final Terminal terminal;
    private final StopSignal stop;

    @Parameters(
            index = "0",
            paramLabel = "RECIPE|RUN_FOLDER",
            description = "A recipe (YAML), or with --resume the folder of a run.")
    private Path target;

    @Parameters(
            index = "1..*",
            paramLabel = "KEY=VALUE",
            description = "Changes of the recipe, such as train.steps=500 or tuners.sc-tuner.scale=0.5.")
    private List<String> overrides = List.of();

    @Option(
            names = "--resume",
            description = "Go on from the last checkpoint. With a recipe, its run folder must be of the same recipe.")
    private boolean resume;

    @Option(names = "--overwrite", description = "Remove an earlier run in the same folder first.")
    private boolean overwrite;

    RunCommand(Terminal terminal, StopSignal stop) {
        this.terminal = terminal;
        this.stop = stop;
    }

    /** The recipe as this command does it. */
    Recipe adjusted(Recipe recipe) {
        return recipe;
    }

    @Override
    public Integer call() {
        if (resume && overwrite) {
            throw new UserException("--resume and --overwrite: one goes on with a run, the other removes it; give one");
        }
        boolean folder = Files.isDirectory(target);
        if (folder && !resume) {
            throw new UserException(target + ": is a folder; give a recipe, or --resume to go on with the run in it");
        }
        try (PluginCatalogue plugins = Home.plugins()) {
            Injector injector = Guice.createInjector(new RunModule(plugins));
            RecipeRun run = injector.getInstance(RecipeRun.class);
            RecipeReader reader = injector.getInstance(RecipeReader.class);
            var options = new RecipeRun.Options(overwrite, terminal.out(), terminal.interactive(), stop);
            Recipe recipe = null;
            if (!folder) {
                recipe = adjusted(reader.read(target, overrides));
            } else if (!overrides.isEmpty() && Files.isRegularFile(target.resolve("recipe.yaml"))) {
                recipe = reader.read(target.resolve("recipe.yaml"), overrides);
            }
            stop.listen();
            if (resume) {
                run.resume(folder ? target : recipe.output(), recipe, options);
            } else {
                run.run(recipe, options);
            }
        }
        return stop.getAsBoolean() ? INTERRUPTED : 0;
    }
}
