package org.scedit.core.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.scedit.core.hook.EncoderSharing;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.recipe.Recipe;

/**
 * Which recipes can be trained in lockstep: those whose way down is the frozen U-Net's, on the same batches with the same
 * noise. What comes after the way down may differ: the tuners, what they are conditioned on, the loss and its weights,
 * the optimizer, the number of steps.
 */
final class LockstepRule {
    private LockstepRule() {}

    /**
     * Why a recipe cannot share its way down with any other, as a sentence; empty if it can.
     *
     * @param tuners of the recipe
     */
    static Optional<String> whyNot(Recipe recipe, List<TunerInstance> tuners) {
        if (recipe.task() != Recipe.Task.TUNE || recipe.train().isEmpty()) {
            return Optional.of("it trains no tuner");
        }
        if (recipe.model().weights() == Recipe.Weights.RANDOM) {
            return Optional.of("it trains the whole U-Net");
        }
        if (recipe.train().get().textEncoder()) {
            return Optional.of("it trains the text encoder, which the way down depends on");
        }
        for (Recipe.TunerBlock block : recipe.tuners()) {
            if (block.merge()) {
                return Optional.of("tuner '" + block.name() + "' is merged into the U-Net's weights");
            }
        }
        for (TunerInstance tuner : tuners) {
            Optional<String> reason = EncoderSharing.whyNot(tuner.tuner());
            if (reason.isPresent()) {
                return Optional.of("tuner '" + tuner.name() + "' (" + tuner.method() + ") " + reason.get());
            }
        }
        return Optional.empty();
    }

    /**
     * All that the way down of the batches follows from, by the recipe's keys: recipes for which it is equal can be
     * trained in lockstep.
     *
     * @param recipe trains
     */
    static Map<String, String> common(Recipe recipe) {
        Recipe.Train train = recipe.train().orElseThrow();
        Map<String, String> common = new TreeMap<>();
        common.put("seed", Long.toString(recipe.seed()));
        common.put("device", recipe.device().toString());
        common.put("model", recipe.model().toString());
        common.put("data", recipe.data().toString());
        common.put("validation", recipe.validation().toString()); // decides what is left for training
        common.put("train.batch", Integer.toString(train.batch()));
        common.put("train.accumulate", Integer.toString(train.accumulate()));
        common.put("train.caption_dropout", Double.toString(train.captionDropout()));
        common.put("train.noise_offset", Double.toString(train.noiseOffset()));
        common.put(
                "train.timestep_sampling", train.timestepSampling() + " " + train.logitMean() + " " + train.logitStd());
        return common;
    }

    /** A key by which two recipes that train cannot be trained in lockstep; empty if they can. */
    static Optional<String> difference(Recipe one, Recipe other) {
        if (one.train().isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> theirs = common(other);
        return common(one).entrySet().stream()
                .filter(entry -> !entry.getValue().equals(theirs.get(entry.getKey())))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
