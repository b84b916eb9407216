package org.scedit.api;

/**
 * A feature on the U-Net's way down: the output of an encoder block before its downsampler, or of the mid block. What is
 * added here is also seen by everything after it, the skip connection that leaves from here included.
 *
 * @param name         {@code down_blocks.0}, {@code down_blocks.1}, ... or {@code mid_block}
 * @param channels     channels of the feature
 * @param downsampling how many latent pixels a pixel of the feature spans along each axis
 */
public record FeaturePoint(String name, int channels, int downsampling) implements HookPoint {
    /** The name of the mid block's point. */
    public static final String MID_BLOCK = "mid_block";
}
