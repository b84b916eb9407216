package org.scedit.plugins.controlnet;

import java.util.List;
import org.scedit.api.Setting;

/**
 * The recipe's block of a ControlNet.
 *
 * @param condition which condition map it follows
 * @param channels  of the map's encoder, level by level
 * @param scales    a factor for each residual; empty for all 1
 * @param guessMode whether shallow residuals count less
 */
public record ControlNetConfig(
        @Setting(value = "name of the condition map that it follows", defaultsTo = "canny")
        String condition,

        @Setting(
                value = "channels of the map's encoder, one for each level; all but the first halve height and width,"
                        + " so four reach the latents' eighth",
                defaultsTo = "[16, 32, 96, 256]",
                min = 1)
        List<Integer> channels,

        @Setting(
                value = "a factor for each residual: the skips in encoder order, then the mid block; empty = all 1",
                defaultsTo = "[]")
        List<Double> scales,

        @Setting(
                value = "whether factors rise from 0.1 at the first skip to 1 at the mid block, for drawing without a"
                        + " prompt",
                defaultsTo = "false")
        boolean guessMode) {
    public ControlNetConfig {
        channels = List.copyOf(channels);
        scales = List.copyOf(scales);
        if (condition.isBlank()) {
            throw new IllegalArgumentException("condition must name a condition map, such as canny");
        }
        if (channels.isEmpty()) {
            throw new IllegalArgumentException("channels must have at least one level, such as [16, 32, 96, 256]");
        }
        if (guessMode && !scales.isEmpty()) {
            throw new IllegalArgumentException("guess_mode sets the factors that scales sets too; keep one of them");
        }
    }
}
