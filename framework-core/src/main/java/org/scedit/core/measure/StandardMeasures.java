package org.scedit.core.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Measure;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.Recipe.MeasureBlock;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.scenes.SceneMap;

/**
 * What is measured where a recipe does not say: on scenes, whether captions are drawn right, how near the style is, and
 * how well pictures follow each exact map. Of other data, and where nothing is trained or drawn, nothing.
 */
final class StandardMeasures {
    /** Captions of each kind a tuning is measured on. */
    private static final int CAPTIONS = 24;
    /** Captions of each kind a model made from nothing is measured on. */
    private static final int CAPTIONS_FRESH = 200;
    /** Scenes whose condition maps a tuning is measured on. */
    private static final int MAPS = 100;

    private static final Map<SceneMap, String> OF_MAP = Map.of(
            SceneMap.EDGES, "edge-f1",
            SceneMap.SEGMENTATION, "segmentation-accuracy",
            SceneMap.DEPTH, "depth-error",
            SceneMap.COLOUR, "colour-error");

    private StandardMeasures() {}

    /** @param measures those that are loaded; a standard one that is not is left out */
    static List<MeasureBlock> of(Recipe recipe, Map<String, Measure<?>> measures, List<Condition> conditions) {
        List<MeasureBlock> blocks = new ArrayList<>();
        if (recipe.train().isEmpty()
                || recipe.sample().isEmpty()
                || !(recipe.data().orElse(null) instanceof Recipe.ScenesData)) {
            return blocks;
        }
        int captions = recipe.model().weights() == Recipe.Weights.RANDOM ? CAPTIONS_FRESH : CAPTIONS;
        blocks.add(block(measures.get("captions"), Optional.empty(), captions));
        blocks.add(block(measures.get("style-distance"), Optional.empty(), captions));
        for (Condition condition : conditions) {
            if (condition.maker() instanceof MapMaker.OfScene exact && measures.containsKey(OF_MAP.get(exact.map()))) {
                blocks.add(block(measures.get(OF_MAP.get(exact.map())), Optional.of(condition.name()), MAPS));
            }
        }
        return blocks;
    }

    private static MeasureBlock block(Measure<?> measure, Optional<String> condition, int count) {
        return new MeasureBlock(
                measure.id(),
                MeasureBlock.defaultName(measure.id(), condition),
                condition,
                Optional.of(count),
                TunerSettings.read("{}", measure, "measure '" + measure.id() + "'"));
    }
}
