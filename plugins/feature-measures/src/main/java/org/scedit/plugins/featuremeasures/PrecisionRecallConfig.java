package org.scedit.plugins.featuremeasures;

import org.scedit.api.Setting;

/**
 * The recipe's block of precision and recall.
 *
 * @param neighbours how many neighbours of a picture lie in its ball, at least 1
 */
public record PrecisionRecallConfig(
        @Setting(
                value = "how many neighbours of a picture lie in the ball around it that counts as its surroundings",
                defaultsTo = "3",
                min = 1)
        int neighbours) {}
