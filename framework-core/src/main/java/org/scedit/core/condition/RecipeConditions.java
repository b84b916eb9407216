package org.scedit.core.condition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.scedit.api.Annotator;
import org.scedit.core.UserException;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.Recipe.ConditionBlock;

/** The conditions that the tuners of a recipe take, and how the recipe makes them. */
public final class RecipeConditions {
    /** The name of what masks the training pictures of a U-Net for inpainting. */
    public static final String MASK = "mask";
    /** The annotator whose masks are taken where the recipe says nothing. */
    private static final String USUAL_MASK = "inpainting";

    private final Recipe recipe;
    private final Map<String, Annotator<?>> annotators;
    private final SortedMap<String, String> takers;
    private final Consumer<String> problems;

    private RecipeConditions(
            Recipe recipe,
            Map<String, Annotator<?>> annotators,
            SortedMap<String, String> takers,
            Consumer<String> problems) {
        this.recipe = recipe;
        this.annotators = annotators;
        this.takers = takers;
        this.problems = problems;
    }

    /**
     * Finds for each condition that tuners take what makes it: the recipe's block of that name, or else the annotator of
     * that id with its defaults.
     *
     * @param tuners   the recipe's, as far as they could be built
     * @param inpaints whether the U-Net is for inpainting, so that it takes {@value #MASK}
     * @param problems takes a line for each condition that nothing makes, each block that no tuner takes, and each
     *     control picture that is missing or not asked for
     * @return in the order of their names
     */
    public static List<Condition> of(
            Recipe recipe,
            Map<String, Annotator<?>> annotators,
            List<TunerInstance> tuners,
            boolean inpaints,
            Consumer<String> problems) {
        SortedMap<String, String> takers = takers(tuners);
        var resolver = new RecipeConditions(recipe, annotators, takers, problems);
        List<Condition> conditions = resolver.resolve();
        recipe.sample().ifPresent(sample -> resolver.requireControls(sample, conditions));
        if (tuners.size() == recipe.tuners().size()) { // else the missing one may take them
            resolver.refuseUntaken(inpaints && recipe.train().isPresent() ? Set.of(MASK) : Set.of());
        }
        return conditions;
    }

    /**
     * What masks the training pictures of a U-Net for inpainting: the recipe's block of the name {@value #MASK}, or else
     * the annotator {@value #USUAL_MASK} with its defaults. Its dropout is the share of masks that hide the whole picture.
     *
     * @throws UserException if nothing does
     */
    public static Condition mask(Recipe recipe, Map<String, Annotator<?>> annotators) {
        for (ConditionBlock block : recipe.conditions()) {
            if (block.name().equals(MASK)) {
                return new Condition(MASK, block.dropout(), MapMaker.of(block, annotators));
            }
        }
        if (!annotators.containsKey(USUAL_MASK)) {
            throw new UserException("the U-Net is for inpainting and nothing masks the training pictures: "
                    + MapMaker.listed(annotators)
                    + "; write under 'conditions' such as {use: file, path: FOLDER, name: "
                    + MASK + "}, a folder with masks");
        }
        return new Condition(MASK, 0, MapMaker.byDefault(annotators.get(USUAL_MASK)));
    }

    /** The conditions that some tuners take, each with the name of the first tuner that does. */
    public static SortedMap<String, String> takers(List<TunerInstance> tuners) {
        SortedMap<String, String> takers = new TreeMap<>();
        for (TunerInstance tuner : tuners) {
            tuner.tuner().conditions().forEach(name -> takers.putIfAbsent(name, tuner.name()));
        }
        return takers;
    }

    private List<Condition> resolve() {
        Map<String, ConditionBlock> blocks = new HashMap<>();
        recipe.conditions().forEach(block -> blocks.put(block.name(), block));
        List<Condition> conditions = new ArrayList<>();
        takers.forEach((name, tuner) -> {
            ConditionBlock block = blocks.get(name);
            if (block != null) {
                conditions.add(new Condition(name, block.dropout(), MapMaker.of(block, annotators)));
            } else if (annotators.containsKey(name)) {
                try {
                    conditions.add(new Condition(name, 0, MapMaker.byDefault(annotators.get(name))));
                } catch (UserException e) {
                    problems.accept("tuner '" + tuner + "' takes condition '" + name
                            + "', whose annotator has settings without default; give it under 'conditions'");
                }
            } else {
                problems.accept(missing(name, tuner));
            }
        });
        return conditions;
    }

    private String missing(String name, String tuner) {
        boolean scenes = recipe.data().orElse(null) instanceof Recipe.ScenesData;
        String example = !annotators.isEmpty()
                ? annotators.keySet().iterator().next()
                : scenes ? "scene, map: edges" : "file, path: FOLDER";
        return "tuner '" + tuner + "' takes condition '" + name + "', which nothing makes: "
                + (recipe.conditions().isEmpty()
                        ? "the recipe has no 'conditions'"
                        : "'conditions' has "
                                + String.join(
                                        ", ",
                                        recipe.conditions().stream()
                                                .map(ConditionBlock::name)
                                                .toList()))
                + ", " + MapMaker.listed(annotators) + "; write under 'conditions' such as {use: " + example
                + ", name: "
                + name + "}";
    }

    private void refuseUntaken(Set<String> ofTheUNet) {
        for (ConditionBlock block : recipe.conditions()) {
            if (!takers.containsKey(block.name()) && !ofTheUNet.contains(block.name())) {
                problems.accept("no tuner takes condition '" + block.name() + "'; "
                        + (takers.isEmpty()
                                ? "the recipe's tuners take none, remove it"
                                : "they take " + String.join(", ", takers.keySet()) + ", give it that 'name' or remove"
                                        + " it"));
            }
        }
        Set<String> controls = recipe.sample()
                .map(sample -> sample.controls().paths().keySet())
                .orElse(Set.of());
        for (String name : controls) {
            if (!takers.containsKey(name)) {
                problems.accept("sample.controls: no tuner takes condition '" + name + "'; "
                        + (takers.isEmpty() ? "they take none" : "they take " + String.join(", ", takers.keySet())));
            }
        }
    }

    private void requireControls(Recipe.Sample sample, List<Condition> conditions) {
        for (Condition condition : conditions) {
            boolean given = sample.controls().paths().containsKey(condition.name());
            if (sample.count().isPresent() && condition.maker() instanceof MapMaker.Ready) {
                problems.accept("sample.count draws scenes, of which condition '" + condition.name()
                        + "' (file) has no maps; give sample.prompts and sample.controls instead");
            } else if (sample.count().isEmpty() && !given) {
                problems.accept("sample.prompts are drawn with tuner '" + takers.get(condition.name())
                        + "', which takes condition '" + condition.name()
                        + "', and sample.controls has none; write controls: {" + condition.name()
                        + ": PICTURE}, or a folder with one for each prompt");
            }
        }
    }
}
