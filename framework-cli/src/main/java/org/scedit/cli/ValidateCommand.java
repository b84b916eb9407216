package org.scedit.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Provider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.RecipeConditions;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.hub.HubModel;
import org.scedit.core.hub.HubModels;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.job.Drawable;
import org.scedit.core.job.RunModule;
import org.scedit.core.measure.RecipeMeasures;
import org.scedit.core.model.ModelParts;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.recipe.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Checks recipes without running them. */
@Command(
        name = "validate",
        description = {
            "Checks recipes, all their problems at once, and says how much each tuner would train. Loads no weights.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit validate recipes/quickstart.yaml",
            "  scedit validate recipes/*.yaml model.precision=bfloat16"
        })
final class ValidateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            arity = "1..*",
            paramLabel = "RECIPE|KEY=VALUE",
            description = "Recipes, and changes to all of them, such as train.steps=500.")
    private List<String> arguments = List.of();

    ValidateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<String> recipes =
                arguments.stream().filter(each -> !each.contains("=")).toList();
        List<String> overrides =
                arguments.stream().filter(each -> each.contains("=")).toList();
        if (recipes.isEmpty()) {
            throw new UserException("no recipe to check, only changes: " + String.join(" ", overrides));
        }
        int status = 0;
        try (PluginCatalogue plugins = Home.plugins()) {
            Injector injector = Guice.createInjector(new RunModule(plugins));
            RecipeReader reader = injector.getInstance(RecipeReader.class);
            for (String recipe : recipes) {
                try {
                    Optional<Sweep> sweep = reader.readSweep(Path.of(recipe), overrides, Integer.MAX_VALUE);
                    terminal.out()
                            .println(
                                    sweep.isPresent()
                                            ? checked(
                                                    recipe, sweep.get(), plugins, injector.getProvider(HubModels.class))
                                            : checked(
                                                    recipe,
                                                    reader.read(Path.of(recipe), overrides),
                                                    plugins,
                                                    injector.getProvider(HubModels.class)));
                } catch (UserException e) {
                    terminal.err().println(e.getMessage());
                    status = 2;
                }
            }
        }
        return status;
    }

    /** Checks every run of a sweep against its model; those that differ in nothing that matters here are checked once. */
    private static String checked(String file, Sweep sweep, PluginCatalogue plugins, Provider<HubModels> hub) {
        Set<String> problems = new LinkedHashSet<>();
        Set<List<Object>> seen = new HashSet<>();
        for (Sweep.Variant variant : sweep.variants()) {
            Recipe recipe = variant.recipe();
            List<Object> alike = List.of(
                    recipe.task(),
                    recipe.model(),
                    recipe.tuners(),
                    recipe.conditions(),
                    recipe.data(),
                    recipe.sample(),
                    recipe.train().isPresent());
            if (seen.add(alike)) {
                try {
                    checked(file + ": run " + variant.name(), recipe, plugins, hub);
                } catch (UserException e) {
                    problems.add(e.getMessage());
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new UserException(String.join("\n", problems));
        }
        int runs = sweep.variants().size();
        return file + ": OK, a sweep of " + runs + (runs == 1 ? " run" : " runs") + "; scedit ablate " + file
                + " --dry-run lists them";
    }

    /** Checks against the model's configuration; a hub's model that is not in the cache is not downloaded for it. */
    private static String checked(String file, Recipe recipe, PluginCatalogue plugins, Provider<HubModels> hub) {
        Optional<HubModel> byName = recipe.model().byName();
        if (byName.isEmpty()) {
            return checked(file, recipe, recipe.model().path().orElseThrow(), plugins);
        }
        HubModels models = hub.get();
        return models.cached(byName.get(), recipe.model().variant())
                .map(found -> checked(file, recipe, found.folder(), plugins))
                .orElseGet(() -> file + ": OK as far as it can be told without its model\n  "
                        + models.whyNotCached(byName.get(), recipe.model().variant())
                        + "\n  scedit run downloads it; scedit download does only that");
    }

    private static String checked(String file, Recipe recipe, Path base, PluginCatalogue plugins) {
        ModelParts parts = recipe.model().parts(base); // refuses what contradicts the recipe
        ModelSummary model = ModelSummary.read(parts);
        if (Files.isRegularFile(base)) {
            parts.requireComplete(true); // needs no more reading, and lacks a vocabulary at least
        }
        if (recipe.task() == Recipe.Task.AUTOENCODER) {
            long count = model.autoencoder()
                    .orElseThrow(() -> new UserException(base + ": has no vae/config.json to train"));
            return String.format(Locale.ROOT, "%s: OK, trains the autoencoder, %,d parameters", file, count);
        }
        List<String> problems = new ArrayList<>();
        Drawable.whyNot(recipe, parts, model.unet()).ifPresent(reason -> problems.add(file + ": " + reason));
        List<TunerInstance> tuners = new ArrayList<>();
        var lines = new StringBuilder(file + ": OK" + (recipe.tuners().isEmpty() ? ", no tuner" : ""));
        model.notices().forEach(notice -> lines.append("\n  ").append(notice));
        try {
            for (Recipe.TunerBlock block : recipe.tuners()) {
                try {
                    var tuner = TunerInstance.create(
                            block.name(), plugins.tuners().get(block.use()), block.config(), model.unet(), 0);
                    tuners.add(tuner);
                    if (block.merge()) {
                        TunedUNet.whyNotMerged(tuner, block.scale())
                                .ifPresent(reason -> problems.add(file + ": " + reason));
                    }
                    lines.append(String.format(
                            Locale.ROOT,
                            "%n  tuner %s%s: %,d trainable parameters",
                            block.name(),
                            block.name().equals(block.use()) ? "" : " (" + block.use() + ")",
                            tuner.parameterCount()));
                } catch (UserException e) {
                    problems.add(file + ": " + e.getMessage());
                }
            }
            boolean inpaints = Drawable.inpaints(parts, model.unet());
            List<Condition> conditions = RecipeConditions.of(
                    recipe, plugins.annotators(), tuners, inpaints, problem -> problems.add(file + ": " + problem));
            var shown = new ArrayList<Condition>(conditions);
            if (inpaints && recipe.train().isPresent()) {
                shown.add(RecipeConditions.mask(recipe, plugins.annotators()));
            }
            shown.forEach(condition -> lines.append(String.format(
                    "%n  condition %s: %s", condition.name(), condition.maker().words())));
            if (tuners.size() == recipe.tuners().size()) { // else the missing one may take a measure's condition
                RecipeMeasures.of(
                        recipe, plugins.measures(), conditions, problem -> problems.add(file + ": " + problem));
            }
        } finally {
            tuners.forEach(TunerInstance::close);
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "the recipe does not fit " + base);
        }
        return lines.toString();
    }
}
