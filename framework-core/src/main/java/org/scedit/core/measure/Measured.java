package org.scedit.core.measure;

import org.scedit.api.Measure.Better;

/**
 * A number that was measured.
 *
 * @param use     the measure's id
 * @param name    unique in a run
 * @param value   finite
 * @param better  which way is good
 * @param samples how many pictures or pairs it is made of
 */
public record Measured(String use, String name, double value, Better better, int samples) {
    public Measured {
        if (!Double.isFinite(value)) {
            throw new IllegalStateException("measure '" + use + "' says that " + name + " is " + value);
        }
    }
}
