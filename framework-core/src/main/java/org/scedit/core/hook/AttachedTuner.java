package org.scedit.core.hook;

import org.scedit.api.Tuner;

/**
 * A tuner on a U-Net, with the strength it is applied with.
 *
 * @param name  its name in the recipe, unique among those attached
 * @param tuner the tuner
 * @param scale factor of its residuals: 0 is the base model, 1 the trained strength; any finite number
 */
public record AttachedTuner(String name, Tuner tuner, double scale) {
    public AttachedTuner {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("the scale of tuner '" + name + "' must be a number, got " + scale);
        }
    }
}
