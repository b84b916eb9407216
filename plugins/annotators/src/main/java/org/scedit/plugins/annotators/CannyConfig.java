package org.scedit.plugins.annotators;

import org.scedit.api.Setting;

/**
 * The recipe's block of a Canny map. Gradients are {@code |dx| + |dy|} of a 3x3 Sobel filter; the largest is 1530.
 *
 * @param low  a ridge above this gradient is an edge where it continues one
 * @param high a ridge above this gradient is an edge by itself
 */
public record CannyConfig(
        @Setting(
                value = "gradient above which an edge goes on; lower = longer lines; SCEdit uses 100",
                defaultsTo = "100",
                min = 0,
                max = 1529)
        int low,

        @Setting(
                value = "gradient above which an edge begins; lower = more lines; SCEdit uses 200",
                defaultsTo = "200",
                min = 0,
                max = 1529)
        int high) {
    public CannyConfig {
        if (low > high) {
            throw new IllegalArgumentException("low must be at most high, got " + low + " and " + high);
        }
    }
}
