package org.scedit.testkit;

import org.scedit.api.Setting;

/**
 * The settings of an {@link ExampleTuner}.
 *
 * @param width hidden width of its bottlenecks
 * @param odd   whether that width may be odd
 */
record ExampleConfig(
        @Setting(value = "hidden width in channels", defaultsTo = "4", min = 1, max = 64)
        int width,

        @Setting(value = "whether the width may be odd", defaultsTo = "false")
        boolean odd) {
    ExampleConfig {
        if (width % 2 == 1 && !odd) {
            throw new IllegalArgumentException("width must be even, got " + width + "; or set odd");
        }
    }
}
