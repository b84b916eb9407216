package org.scedit.plugins.featuremeasures;

import org.scedit.api.Setting;

/**
 * The recipe's block of the Fréchet distance.
 *
 * @param minSamples fewest pictures of either set that it is computed from, at least 2
 */
public record FrechetConfig(
        @Setting(
                value = "fewest drawn or held-out pictures that it is computed from; of few, most of the distance is"
                        + " the sets' smallness",
                defaultsTo = "32",
                min = 2)
        int minSamples) {}
