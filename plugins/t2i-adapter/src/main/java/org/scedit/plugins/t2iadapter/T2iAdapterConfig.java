package org.scedit.plugins.t2iadapter;

import org.scedit.api.Setting;

/**
 * The recipe's block of a T2I-Adapter.
 *
 * @param condition       which condition map it follows
 * @param type            which of diffusers' two networks
 * @param mapChannels     channels of the map that it sees
 * @param downscaleFactor side of the squares of pixels that become one
 * @param numResBlocks    ResNet blocks of each level
 * @param features        how many levels; 0 for one each encoder block
 */
public record T2iAdapterConfig(
        @Setting(value = "name of the condition map that it follows", defaultsTo = "canny")
        String condition,

        @Setting(
                value =
                        "full (as wide as the U-Net, 77 M parameters for SD 1.5) or light (a quarter as wide within, 10 M)",
                defaultsTo = "full")
        Type type,

        @Setting(
                value = "channels of the map that it sees: 3, or 1 (the mean of the three) for edges, sketches, depth",
                defaultsTo = "3",
                min = 1,
                max = 3)
        int mapChannels,

        @Setting(
                value = "picture pixels to a latent pixel along each axis; 8 for Stable Diffusion",
                defaultsTo = "8",
                min = 1,
                max = 64)
        int downscaleFactor,

        @Setting(
                value = "ResNet blocks at each level; the released full adapters have 2, the light ones 4",
                defaultsTo = "2",
                min = 1,
                max = 16)
        int numResBlocks,

        @Setting(
                value = "how many features it makes: for the first encoder blocks, and after the last one for the mid"
                        + " block; 0 = one for each encoder block",
                defaultsTo = "0",
                min = 0)
        int features) {
    /** diffusers' {@code full_adapter} and {@code light_adapter}. */
    public enum Type {
        /** Each level as wide as its feature. */
        FULL,
        /** Each level a quarter as wide as its feature. */
        LIGHT
    }

    public T2iAdapterConfig {
        if (condition.isBlank()) {
            throw new IllegalArgumentException("condition must name a condition map, such as canny");
        }
        if (mapChannels != 1 && mapChannels != 3) {
            throw new IllegalArgumentException("map_channels must be 1 or 3, got " + mapChannels);
        }
    }
}
