package org.scedit.core.sweep;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.scedit.core.engine.Precision;
import org.scedit.core.job.TrainingPlan;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;

/** What the cells of a sweep will take; those whose steps are alike are counted once. */
public final class CellPlans {
    private final PluginCatalogue plugins;
    private final Function<Recipe.Model, Optional<Path>> base;
    private final Map<List<Object>, TrainingPlan> plans = new HashMap<>();
    private final Map<Precision, Double> rates = new EnumMap<>(Precision.class);

    /** @param base finds a model without downloading it; empty if it is not there */
    public CellPlans(PluginCatalogue plugins, Function<Recipe.Model, Optional<Path>> base) {
        this.plugins = plugins;
        this.base = base;
    }

    /**
     * The plan of a recipe's training.
     *
     * @return empty for a recipe whose steps cannot be counted: it trains no tuner, or its model is not on this machine
     * @throws org.scedit.core.UserException if a tuner does not fit the model
     */
    public Optional<TrainingPlan> of(Recipe recipe) {
        Optional<Path> model = base.apply(recipe.model());
        if (recipe.train().isEmpty() || recipe.task() != Recipe.Task.TUNE || model.isEmpty()) {
            return Optional.empty();
        }
        Recipe.Train train = recipe.train().get();
        Optional<Integer> side =
                recipe.data().orElse(null) instanceof Recipe.FolderData pictures ? pictures.size() : Optional.empty();
        List<Object> alike = List.of(
                recipe.model(),
                recipe.tuners(),
                side,
                train.batch(),
                train.gradientCheckpointing(),
                train.emaDecay() > 0,
                train.textEncoder());
        TrainingPlan plan = plans.computeIfAbsent(alike, any -> TrainingPlan.of(recipe, model.get(), plugins));
        return Optional.of(new TrainingPlan(
                recipe, plan.side(), plan.step(), plan.estimate(), plan.others(), plan.extra(), plan.pictures()));
    }

    /** Optimizer steps of a recipe's training; empty where they depend on pictures that are not counted yet. */
    public static Optional<Integer> steps(Recipe recipe) {
        return recipe.train().flatMap(train -> train.steps().or(() -> recipe.data()
                .filter(Recipe.ScenesData.class::isInstance)
                .map(data -> train.totalSteps(((Recipe.ScenesData) data).count()))));
    }

    /**
     * The time of a recipe's training in seconds on this machine, whose rate is measured at the first call; without
     * the pictures before and after.
     */
    public Optional<Double> seconds(Recipe recipe) {
        return of(recipe).flatMap(plan -> {
            if (!rates.keySet().containsAll(List.of(plan.step().step().precision()))
                    || plan.estimate().equivalent().entrySet().stream()
                            .anyMatch(each -> each.getValue() > 0 && !rates.containsKey(each.getKey()))) {
                rates.putAll(plan.measureRates());
            }
            return steps(recipe).map(steps -> steps * plan.seconds(rates));
        });
    }
}
