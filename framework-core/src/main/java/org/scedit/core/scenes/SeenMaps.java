package org.scedit.core.scenes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Picture;

/**
 * {@linkplain ConditionMaps Condition maps} as they are seen in a picture of the scene world, without knowing the scene:
 * what a drawn picture's own edges, classes, depths and colours are. Nothing is learned.
 */
final class SeenMaps {
    private static final double MIDDLE_OF_CONTOUR = 0.5;
    /** Of objects that are like no shape. */
    private static final int UNKNOWN = 0x808080;

    private SeenMaps() {}

    /** White contours on black: pixels of a part that have a side in common with what is no part. */
    static Picture edges(Picture picture) {
        long[] all = new long[Scene.SIDE];
        parts(picture).forEach(part -> Arrays.setAll(all, y -> all[y] | part[y]));
        int[] colours = new int[Scene.SIDE * Scene.SIDE];
        for (int y = 0; y < Scene.SIDE; y++) {
            long above = y == 0 ? 0 : all[y - 1];
            long below = y == Scene.SIDE - 1 ? 0 : all[y + 1];
            long contour = all[y] & ~(all[y] << 1 & all[y] >>> 1 & above & below);
            for (int x = 0; x < Scene.SIDE; x++) {
                colours[y * Scene.SIDE + x] = (contour >>> x & 1) == 0 ? 0 : 0xffffff;
            }
        }
        return ConditionMaps.picture(colours);
    }

    /** Each part in its shape's colour; grey where it is like no shape. */
    static Picture segmentation(Picture picture) {
        int[] colours = new int[Scene.SIDE * Scene.SIDE];
        for (long[] part : parts(picture)) {
            Optional<Shape> shape = SceneChecker.shapeOf(part);
            int colour = shape.map(ConditionMaps::classColour).orElse(UNKNOWN);
            for (int pixel : Silhouettes.pixels(part)) {
                colours[pixel] = colour;
            }
        }
        return ConditionMaps.picture(colours);
    }

    /** Nearness of each pixel, by its distance from the nearest pixel that is no part. */
    static Picture depth(Picture picture) {
        float[] depth = new float[Scene.SIDE * Scene.SIDE];
        for (long[] part : parts(picture)) {
            for (int pixel : Silhouettes.pixels(part)) {
                depth[pixel] = ConditionMaps.depth(inside(part, pixel % Scene.SIDE, pixel / Scene.SIDE));
            }
        }
        return ConditionMaps.depthPicture(depth);
    }

    /** From the pixel's middle to the contour, which runs half a pixel before the nearest middle outside. */
    private static double inside(long[] part, int x, int y) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int dy = -Scene.SIDE; dy <= Scene.SIDE; dy++) {
            for (int dx = -Scene.SIDE; dx <= Scene.SIDE; dx++) {
                if (dx * dx + dy * dy < nearest && !Silhouettes.has(part, x + dx, y + dy)) {
                    nearest = dx * dx + dy * dy;
                }
            }
        }
        return Math.sqrt(nearest) - 0.5;
    }

    private static List<long[]> parts(Picture picture) {
        return Silhouettes.of(picture, MIDDLE_OF_CONTOUR).parts();
    }
}
