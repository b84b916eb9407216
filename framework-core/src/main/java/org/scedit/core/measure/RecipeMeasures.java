package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.scedit.api.Measure;
import org.scedit.api.Measure.Need;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.Recipe.MeasureBlock;
import org.scedit.core.scenes.SceneMeasure;

/** The measures that a recipe asks for, checked before any weight is read. */
public final class RecipeMeasures {
    private final Recipe recipe;
    private final List<Condition> conditions;
    private final Consumer<String> problems;

    private RecipeMeasures(Recipe recipe, List<Condition> conditions, Consumer<String> problems) {
        this.recipe = recipe;
        this.conditions = conditions;
        this.problems = problems;
    }

    /**
     * Those of {@code evaluate}; without it those of {@link StandardMeasures}.
     *
     * @param measures   the loaded ones by id
     * @param conditions that the recipe's tuners take
     * @param problems   takes a line for each measure that cannot be taken
     */
    public static List<MeasureUse<?>> of(
            Recipe recipe, Map<String, Measure<?>> measures, List<Condition> conditions, Consumer<String> problems) {
        var checks = new RecipeMeasures(recipe, conditions, problems);
        Optional<Recipe.Evaluate> asked = recipe.evaluate();
        List<MeasureUse<?>> uses = new ArrayList<>();
        for (MeasureBlock block : asked.map(Recipe.Evaluate::measures)
                .orElseGet(() -> StandardMeasures.of(recipe, measures, conditions))) {
            int count =
                    block.count().or(() -> asked.map(Recipe.Evaluate::count)).orElseThrow();
            checks.use(block, measures.get(block.use()), count).ifPresent(uses::add);
        }
        return uses;
    }

    private <C extends Record> Optional<MeasureUse<?>> use(MeasureBlock block, Measure<C> measure, int count) {
        var use = MeasureUse.of(block, measure, Optional.empty(), count);
        Set<Need> needs = use.needs();
        String words = "evaluate: measure '" + block.name() + "' ";
        if (measure instanceof SceneMeasure && !(recipe.data().orElse(null) instanceof Recipe.ScenesData)) {
            return refuse(words + "is of pictures of scenes, and data is a folder; remove it");
        }
        if (needs.contains(Need.TEXT_FEATURES)
                && recipe.evaluate().flatMap(Recipe.Evaluate::features).isPresent()) {
            return refuse(words + "compares pictures with texts, which the network of evaluate.features does not know;"
                    + " remove it, or take the embedded features");
        }
        if (!needs.contains(Need.CONDITION)) {
            return block.condition().isEmpty()
                    ? Optional.of(use)
                    : refuse(words + "compares with no condition; remove its 'condition'");
        }
        Optional<Condition> condition = condition(block, words);
        return condition.map(found -> MeasureUse.of(block, measure, Optional.of(found), count));
    }

    private Optional<Condition> condition(MeasureBlock block, String words) {
        String names =
                String.join(", ", conditions.stream().map(Condition::name).toList());
        if (conditions.isEmpty()) {
            return refuse(words + "compares pictures with the maps of a condition, and the recipe's tuners take none;"
                    + " remove it");
        }
        if (block.condition().isEmpty() && conditions.size() > 1) {
            return refuse(words + "compares pictures with the maps of one condition, and there are " + names
                    + "; write {use: " + block.use() + ", condition: "
                    + conditions.get(0).name() + "}");
        }
        Optional<Condition> found = conditions.stream()
                .filter(each -> each.name().equals(block.condition().orElse(each.name())))
                .findFirst();
        if (found.isEmpty()) {
            return refuse(words + "compares with condition '"
                    + block.condition().orElseThrow() + "', which the recipe's tuners do not take; they take " + names);
        }
        if (found.get().maker() instanceof MapMaker.Ready) {
            return refuse(words + "compares with condition '" + found.get().name()
                    + "', whose maps are ready files; nothing makes such a map of a drawn picture, so remove it or use an"
                    + " annotator");
        }
        return found;
    }

    private <T> Optional<T> refuse(String problem) {
        problems.accept(problem);
        return Optional.empty();
    }
}
