package org.scedit.core.data;

import java.util.List;

/**
 * How a picture was made of its original, in pixels: what Stable Diffusion XL is told of it (Podell et al. 2023,
 * arXiv:2307.01952, 2.2).
 *
 * @param originalHeight height before anything was done to the picture
 * @param originalWidth  width likewise
 * @param cropTop        how many rows of the resized original were cut off above
 * @param cropLeft       how many columns were cut off on the left
 * @param height         of the result
 * @param width          of the result
 */
public record Framing(int originalHeight, int originalWidth, int cropTop, int cropLeft, int height, int width) {
    /** A picture that is whole and in its own size: what pictures are drawn as. */
    public static Framing whole(int width, int height) {
        return new Framing(height, width, 0, 0, height, width);
    }

    /** The numbers of several pictures in the order that the U-Net takes them, six a picture. */
    public static float[] sizes(List<Framing> pictures) {
        float[] sizes = new float[6 * pictures.size()];
        int next = 0;
        for (Framing each : pictures) {
            for (int size : new int[] {
                each.originalHeight, each.originalWidth, each.cropTop, each.cropLeft, each.height, each.width
            }) {
                sizes[next++] = size;
            }
        }
        return sizes;
    }
}
