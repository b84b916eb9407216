package org.scedit.plugins.sctuner;

import java.util.List;
import org.scedit.api.Setting;

/**
 * The recipe's block of an SC-Tuner.
 *
 * @param downRatio hidden width of a bottleneck over the skip's channels
 * @param skips     which skips are tuned, in decoder order; empty for all
 */
public record ScTunerConfig(
        @Setting(
                value = "hidden width / skip channels; lower = fewer parameters; the released recipes use 1.0",
                defaultsTo = "1.0",
                min = 0,
                aboveMin = true,
                max = 4)
        double downRatio,

        @Setting(
                value = "indices of the skips to tune, in decoder order (0 = deepest); empty = all",
                defaultsTo = "[]",
                min = 0)
        List<Integer> skips) {
    public ScTunerConfig {
        skips = List.copyOf(skips);
        if (skips.stream().distinct().count() < skips.size()) {
            throw new IllegalArgumentException("skips must not name a skip twice, got " + skips);
        }
    }
}
