package org.scedit.plugins.annotators;

import org.scedit.api.Setting;

/**
 * The recipe's block of a sketch.
 *
 * @param deviation standard deviation of the Gaussian that a pixel's surroundings are weighted with, in pixels
 */
public record SketchConfig(
        @Setting(
                value = "width of the surroundings a pixel is compared with, in pixels; lower = thinner lines",
                defaultsTo = "3.0",
                min = 0,
                aboveMin = true,
                max = 100)
        double deviation) {}
