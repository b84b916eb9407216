package org.scedit.plugins.annotators;

import java.util.SplittableRandom;
import org.scedit.api.Setting;

/**
 * The recipe's block of a map that hides a part of the picture.
 *
 * @param minShare smallest hidden part of the picture's area
 * @param maxShare largest hidden part of the picture's area
 * @param fill     what hidden pixels are painted with, in all three channels
 */
public record MaskConfig(
        @Setting(value = "smallest hidden part of the picture", defaultsTo = "0.1", min = 0, max = 1)
        double minShare,

        @Setting(value = "largest hidden part of the picture", defaultsTo = "0.5", min = 0, max = 1)
        double maxShare,

        @Setting(
                value = "grey level of hidden pixels; 128 as in Stable Diffusion's inpainting, 0 as in scepter",
                defaultsTo = "128",
                min = 0,
                max = 255)
        int fill) {
    public MaskConfig {
        if (minShare > maxShare) {
            throw new IllegalArgumentException(
                    "min_share must be at most max_share, got " + minShare + " and " + maxShare);
        }
    }

    /** A share drawn uniformly between the smallest and the largest. */
    double share(SplittableRandom random) {
        return minShare + (maxShare - minShare) * random.nextDouble();
    }
}
