package org.scedit.core.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.scenes.MapFidelity;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;

/** Measures how well a model draws scenes that it was not trained on. */
final class SceneMeasures {
    /** Captions of each kind a tuning is measured on, before and after. */
    private static final int EVALUATED = 24;
    /** Scenes whose condition maps a tuning is measured on, before and after. */
    private static final int EVALUATED_MAPS = 100;
    /** Captions of each kind a model made from nothing is measured on. */
    private static final int EVALUATED_FRESH = 200;

    private final Recipe recipe;
    private final List<Condition> conditions;
    private final DiffusionModel model;
    private final Pipeline pipeline;

    SceneMeasures(Recipe recipe, List<Condition> conditions, DiffusionModel model, Pipeline pipeline) {
        this.recipe = recipe;
        this.conditions = conditions;
        this.model = model;
        this.pipeline = pipeline;
    }

    /** How well scenes are drawn now; empty where the data are no scenes or nothing is drawn. */
    Optional<SceneScores> scores() {
        if (recipe.sample().isEmpty()
                || !(recipe.data().orElse(null) instanceof Recipe.ScenesData)
                || model.pictureSize() != Scene.SIDE) {
            return Optional.empty();
        }
        var style = DataSources.style(recipe);
        int count = recipe.model().weights() == Recipe.Weights.RANDOM ? EVALUATED_FRESH : EVALUATED;
        var one = new SceneEvaluation(Split.HELDOUT, List.of(1), count);
        var two = new SceneEvaluation(Split.HELDOUT, List.of(2), count);
        List<Picture> ones = draw(one);
        List<Picture> twos = draw(two);
        return Optional.of(new SceneScores(
                style.word(), one.styleDistance(ones, style, model), one.right(ones), two.right(twos), followed()));
    }

    /** How well pictures of unseen scenes follow those conditions that can be found in a picture again. */
    private Map<String, SceneScores.Followed> followed() {
        Map<String, MapFidelity> measures = new LinkedHashMap<>();
        for (Condition condition : conditions) {
            if (condition.maker() instanceof MapMaker.OfScene exact) {
                exact.map().fidelity().ifPresent(measure -> measures.put(condition.name(), measure));
            }
        }
        if (measures.isEmpty()) {
            return Map.of();
        }
        var evaluation = new SceneEvaluation(Split.TRAIN, SceneSampler.DEFAULT_COUNTS, EVALUATED_MAPS);
        List<Picture> drawn = draw(evaluation);
        Map<String, SceneScores.Followed> followed = new LinkedHashMap<>();
        measures.forEach((name, measure) -> followed.put(
                name, new SceneScores.Followed(measure, measure.of(drawn, evaluation.scenes()), EVALUATED_MAPS)));
        return followed;
    }

    private List<Picture> draw(SceneEvaluation evaluation) {
        Map<String, List<Picture>> maps = new LinkedHashMap<>();
        for (Condition condition : conditions) {
            maps.put(
                    condition.name(),
                    condition.ofScenes(
                            evaluation.scenes(), DataSources.style(recipe), model.pictureSize(), recipe.seed()));
        }
        var settings = SamplePictures.settings(recipe.sample().orElseThrow(), model.pictureSize(), Optional.empty());
        return evaluation.draw(pipeline, recipe.seed(), settings, (name, picture) -> maps.get(name)
                .get(picture));
    }
}
