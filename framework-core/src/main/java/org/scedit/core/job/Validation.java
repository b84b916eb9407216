package org.scedit.core.job;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.scedit.api.Picture;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.DataMaps;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.data.Dataset;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.Metrics;
import org.scedit.core.train.FixedLoss;
import org.scedit.core.train.LatentBatches;

/**
 * The loss of held-out pictures and, at the same noise and timesteps, that of as many training pictures. The gap between
 * them is what the tuners have learned of the training pictures and of no others.
 */
final class Validation {
    private final Recipe.Validation settings;
    private final boolean textEncoder;
    private final Dataset training;
    private final Dataset heldOut;
    private final Map<String, IntFunction<Picture>> trainingMaps = new LinkedHashMap<>();
    private final Map<String, IntFunction<Picture>> heldOutMaps = new LinkedHashMap<>();
    private final Optional<LatentBatches.Masks> trainingMasks;
    private final Optional<LatentBatches.Masks> heldOutMasks;

    /**
     * Looks up condition maps and masks, so that what is missing is told before a weight is read.
     *
     * @param recipe  has a {@code validation}
     * @param trained maps that are trained on, of the conditions in their order
     * @param masks   of a data set's pictures by the validation's seed; empty unless the U-Net is for inpainting
     * @throws org.scedit.core.UserException if ready maps or masks do not fit the held-out pictures
     */
    Validation(
            Recipe recipe,
            List<Condition> conditions,
            Dataset training,
            Dataset heldOut,
            List<LatentBatches.Condition> trained,
            Function<Dataset, Optional<LatentBatches.Masks>> masks) {
        settings = recipe.validation().orElseThrow();
        textEncoder = recipe.train().orElseThrow().textEncoder();
        this.training = training;
        this.heldOut = heldOut;
        trainingMasks = masks.apply(training);
        heldOutMasks = masks.apply(heldOut);
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            heldOutMaps.put(condition.name(), DataMaps.of(condition, heldOut, settings.seed()));
            // ready maps are the same for every seed, and looking at all of them takes a while
            trainingMaps.put(
                    condition.name(),
                    condition.maker() instanceof MapMaker.Ready
                            ? trained.get(i).map()
                            : DataMaps.of(condition, training, settings.seed()));
        }
    }

    /**
     * Encodes the pictures; from then on both losses can be had.
     *
     * @param unet the model's, with its tuners
     * @param last step of the training
     */
    TrainingLoop.Extra of(DiffusionModel model, TunedUNet unet, int last) {
        FixedLoss ofHeldOut = loss(model, unet, heldOut, heldOutMaps, heldOutMasks);
        FixedLoss ofTraining = loss(model, unet, training, trainingMaps, trainingMasks);
        return step -> {
            if (step % settings.every() != 0 && step != last) {
                return Map.of();
            }
            if (textEncoder) {
                ofHeldOut.textEncoderChanged();
                ofTraining.textEncoderChanged();
            }
            return Map.of(
                    Metrics.VALIDATION_LOSS, ofHeldOut.value(),
                    Metrics.TRAINING_LOSS, ofTraining.value());
        };
    }

    private FixedLoss loss(
            DiffusionModel model,
            TunedUNet unet,
            Dataset data,
            Map<String, IntFunction<Picture>> maps,
            Optional<LatentBatches.Masks> masks) {
        return new FixedLoss(model, unet, data, settings.count(), maps, masks, settings.timesteps(), settings.seed());
    }
}
