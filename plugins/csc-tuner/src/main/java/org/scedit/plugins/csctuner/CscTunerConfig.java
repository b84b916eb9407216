package org.scedit.plugins.csctuner;

import java.util.List;
import org.scedit.api.Setting;

/**
 * The recipe's block of a CSC-Tuner.
 *
 * @param condition    which condition map it follows
 * @param downRatio    hidden width of a bottleneck over the skip's channels
 * @param dimRatio     widths of the pre-hint encoder over the paper's 16, 32 and 96
 * @param hintChannels channels that the pre-hint encoder ends with
 * @param kernel       side of the dense hints' convolutions
 * @param skips        which skips are tuned, in decoder order; empty for all
 */
public record CscTunerConfig(
        @Setting(value = "name of the condition map that it follows", defaultsTo = "canny")
        String condition,

        @Setting(
                value = "hidden width / skip channels; lower = fewer parameters; the released recipes use 1.0",
                defaultsTo = "1.0",
                min = 0,
                aboveMin = true,
                max = 4)
        double downRatio,

        @Setting(
                value = "widths of the pre-hint encoder / 16, 32 and 96; 1.0 for SD 1.5 and 2.1, 2.0 for SDXL",
                defaultsTo = "1.0",
                min = 1.0 / 16,
                max = 16)
        double dimRatio,

        @Setting(
                value = "channels that the pre-hint encoder ends with; 256 for SD 1.5 and 2.1, 320 for SDXL",
                defaultsTo = "256",
                min = 1,
                max = 4096)
        int hintChannels,

        @Setting(
                value = "side of the dense hints' convolutions in pixels, 1 or 3; 1 has a third of the parameters",
                defaultsTo = "3",
                min = 1,
                max = 3)
        int kernel,

        @Setting(
                value = "indices of the skips to tune, in decoder order (0 = deepest); empty = all",
                defaultsTo = "[]",
                min = 0)
        List<Integer> skips) {
    public CscTunerConfig {
        skips = List.copyOf(skips);
        if (condition.isBlank()) {
            throw new IllegalArgumentException("condition must name a condition map, such as canny");
        }
        if (kernel != 1 && kernel != 3) {
            throw new IllegalArgumentException("kernel must be 1 or 3, got " + kernel);
        }
        if (skips.stream().distinct().count() < skips.size()) {
            throw new IllegalArgumentException("skips must not name a skip twice, got " + skips);
        }
    }
}
