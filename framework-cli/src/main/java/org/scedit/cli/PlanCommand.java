package org.scedit.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubModels;
import org.scedit.core.job.Memory;
import org.scedit.core.job.RunModule;
import org.scedit.core.job.TrainingPlan;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells what a training will cost. */
@Command(
        name = "plan",
        description = {
            "Tells what a recipe's training will take before any weight is loaded: parameters, floating-point operations,"
                    + " time and peak memory of a step, and whether that fits this machine.",
            "",
            "Operations and memory are counted in a run without numbers; the time follows from this machine's matrix rate,"
                    + " which is measured first.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit plan recipes/quickstart.yaml",
            "  scedit plan recipes/sd15/lora.yaml model.path=FOLDER data.path=PICTURES train.batch=4"
        })
final class PlanCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "RECIPE", description = "The recipe.")
    private Path recipe;

    @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "Changes to it, such as train.batch=4.")
    private List<String> overrides = List.of();

    PlanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (PluginCatalogue plugins = Home.plugins()) {
            Injector injector = Guice.createInjector(new RunModule(plugins));
            Recipe read = injector.getInstance(RecipeReader.class).read(recipe, overrides);
            Path base =
                    read.model().path().orElseGet(() -> cached(read.model(), injector.getInstance(HubModels.class)));
            long available = Memory.availableMebibytes();
            var plan = TrainingPlan.of(read, base, plugins);
            terminal.out()
                    .println(recipe + ": "
                            + plan.text(
                                    plan.measureRates(),
                                    available == 0 ? OptionalLong.empty() : OptionalLong.of(available)));
        }
        return 0;
    }

    /** A plan downloads nothing. */
    private static Path cached(Recipe.Model model, HubModels hub) {
        return hub.cached(model.byName().orElseThrow(), model.variant())
                .orElseThrow(
                        () -> new UserException(hub.whyNotCached(model.byName().orElseThrow(), model.variant())
                                + "; scedit download gets it, then its training can be planned"))
                .folder();
    }
}
