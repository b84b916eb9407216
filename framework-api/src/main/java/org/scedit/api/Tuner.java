package org.scedit.api;

import java.util.Map;
import java.util.Set;

/**
 * One tuner on one U-Net: the points it edits and what it adds there. Its trainable arrays come from
 * {@link Parameters} and belong to the framework, which names, saves, optimises and closes them.
 *
 * <p>A fresh tuner must change nothing: initialise its last weight with zeros. A tuner that edits no point and trains
 * no backbone parameter is refused.
 */
public interface Tuner {
    /** The skip connections it edits; empty by default. */
    default Map<SkipPoint, SkipResidual> skips() {
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
}
