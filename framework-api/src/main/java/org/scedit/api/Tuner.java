package org.scedit.api;

import java.util.Map;
import java.util.Set;

/**
 * One tuner on one U-Net: the points it edits and what it adds there. Its trainable arrays come from
 * {@link Parameters} and belong to the framework, which names, saves, optimises and closes them.
 *
 * <p>A fresh tuner must change nothing: initialise its last weight with zeros. A tuner that edits no point and trains
 * no backbone parameter is refused.
 *
 * <p>Work that serves many points is done once, ahead: {@link #encode} when the condition maps change, {@link #prepare}
 * before each evaluation. A tuner keeps what they compute in its fields. All calls come from one thread.
 */
public interface Tuner {
    /** The skip connections it edits; empty by default. */
    default Map<SkipPoint, SkipResidual> skips() {
        return Map.of();
    }

    /** The features it edits; empty by default. */
    default Map<FeaturePoint, FeatureResidual> features() {
        return Map.of();
    }

    /** The layers it edits; empty by default. */
    default Map<LayerPoint, LayerResidual> layers() {
        return Map.of();
    }

    /**
     * The backbone's own parameters that it trains, by diffusers name ({@link UNetLayout#parameters}); empty by
     * default. The framework copies them, trains the copies in float32 and saves them under the same names; at scale
     * {@code s} the U-Net runs with {@code base + s · (trained - base)}.
     */
    default Set<String> backboneParameters() {
        return Set.of();
    }

    /**
     * What its residuals depend on besides its weights, by name, such as the factor {@code alpha / rank} of each layer's
     * update; empty by default. Not what may be chosen anew at each use, such as a dropout. With the same weights and the
     * same constants a tuner does the same: so a file made with one block of settings is told from a recipe's other one.
     */
    default Map<String, Double> constants() {
        return Map.of();
    }

    /** Names of the condition maps it needs; empty by default. */
    default Set<String> conditions() {
        return Set.of();
    }

    /**
     * Takes in the condition maps: called for every batch in training, and once for pictures that are drawn together.
     * What it computes stays open until the next call. Called only if {@link #conditions} names any.
     */
    default void encode(Conditions conditions) {}

    /** Called before each evaluation of the U-Net; what it computes stays open until the evaluation is done. */
    default void prepare(Step step) {}
}
