package org.scedit.core.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.DataMaps;
import org.scedit.core.data.Dataset;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.Metrics;
import org.scedit.core.train.FixedLoss;

/**
 * The loss of held-out pictures and, at the same noise and timesteps, that of as many training pictures. The gap between
 * them is what the tuners have learned of the training pictures and of no others.
 */
final class Validation implements TrainingLoop.Extra {
    private final Recipe.Validation settings;
    private final boolean textEncoder;
    private final int last;
    private final FixedLoss heldOut;
    private final FixedLoss trained;

    /**
     * @param recipe has a {@code validation}
     * @param unet   the model's, with its tuners
     * @param last   step of the training
     */
    Validation(
            Recipe recipe,
            DiffusionModel model,
            TunedUNet unet,
            List<Condition> conditions,
            Dataset training,
            Dataset heldOut,
            int last) {
        settings = recipe.validation().orElseThrow();
        textEncoder = recipe.train().orElseThrow().textEncoder();
        this.last = last;
        this.heldOut = loss(model, unet, conditions, heldOut);
        trained = loss(model, unet, conditions, training);
    }

    private FixedLoss loss(DiffusionModel model, TunedUNet unet, List<Condition> conditions, Dataset data) {
        Map<String, IntFunction<Picture>> maps = new LinkedHashMap<>();
        conditions.forEach(each -> maps.put(each.name(), DataMaps.of(each, data, settings.seed())));
        return new FixedLoss(model, unet, data, settings.count(), maps, settings.timesteps(), settings.seed());
    }

    @Override
    public Map<String, Double> after(int step) {
        Map<String, Double> values = new TreeMap<>();
        if (step % settings.every() == 0 || step == last) {
            if (textEncoder) {
                heldOut.textEncoderChanged();
                trained.textEncoderChanged();
            }
            values.put(Metrics.VALIDATION_LOSS, heldOut.value());
            values.put(Metrics.TRAINING_LOSS, trained.value());
        }
        return values;
    }
}
