package org.scedit.core.scenes;

import java.util.Arrays;
import org.scedit.api.Picture;

/**
 * What control methods are conditioned on, exact, from the scene itself rather than estimated from its picture.
 *
 * <p>Every map is of {@link Scene#SIDE} by {@link Scene#SIDE} pixels and does not depend on the style. A pixel belongs to
 * an object when its middle does.
 */
public final class ConditionMaps {
    /** Class of pixels of the backdrop in {@link #segmentation}. */
    public static final int BACKGROUND_CLASS = 0;

    private static final int[] CLASS_COLOURS = {0x000000, 0xe6194b, 0x3cb44b, 0x4363d8, 0xffe119};
    private static final int COLOUR_CELL = 8;

    private ConditionMaps() {}

    /** White one-pixel contours on black: pixels of an object that have a side in common with the backdrop. */
    public static Picture edges(Scene scene) {
        int[] owners = owners(scene);
        int[] colours = new int[owners.length];
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] >= 0 && touchesBackdrop(owners, i)) {
                colours[i] = 0xffffff;
            }
        }
        return picture(colours);
    }

    /** Class of each pixel, row by row: {@link #BACKGROUND_CLASS}, or 1 + the ordinal of the object's {@link Shape}. */
    public static int[] segmentation(Scene scene) {
        int[] classes = owners(scene);
        for (int i = 0; i < classes.length; i++) {
            classes[i] = classes[i] < 0
                    ? BACKGROUND_CLASS
                    : 1 + scene.objects().get(classes[i]).shape().ordinal();
        }
        return classes;
    }

    /** {@link #segmentation} with one colour a class, black for the background; the object's own colours do not show. */
    public static Picture segmentationPicture(Scene scene) {
        int[] colours = segmentation(scene);
        Arrays.setAll(colours, i -> CLASS_COLOURS[colours[i]]);
        return picture(colours);
    }

    /** The colour of a shape's class in {@link #segmentationPicture}. */
    static int classColour(Shape shape) {
        return CLASS_COLOURS[1 + shape.ordinal()];
    }

    /**
     * Nearness of each pixel, row by row, 0 (far) to 1 (near): 0 for the backdrop; objects are cushions that rise from
     * 0.4 at the contour, the higher the wider they are.
     */
    public static float[] depth(Scene scene) {
        int[] owners = owners(scene);
        float[] depth = new float[owners.length];
        for (int i = 0; i < owners.length; i++) {
            if (owners[i] >= 0) {
                double inside = -scene.objects().get(owners[i]).distance(i % Scene.SIDE, i / Scene.SIDE);
                depth[i] = depth(inside);
            }
        }
        return depth;
    }

    /** @param inside distance from the contour, in pixels */
    static float depth(double inside) {
        return (float) (0.4 + 0.6 * Math.min(1, inside / Size.LARGE.radius()));
    }

    /** White is near, black the backdrop. */
    static Picture depthPicture(float[] depth) {
        int[] colours = new int[depth.length];
        Arrays.setAll(colours, i -> 0x010101 * Math.round(255 * depth[i]));
        return picture(colours);
    }

    /** Mean colour of the plain picture in each cell of 8x8 pixels. */
    public static Picture colours(Scene scene) {
        return colours(SceneRenderer.render(scene, Style.PLAIN));
    }

    /** Mean colour of a picture of the scenes' size in each cell of 8x8 pixels. */
    static Picture colours(Picture picture) {
        byte[] rgb = new byte[3 * Scene.SIDE * Scene.SIDE];
        for (int y = 0; y < Scene.SIDE; y++) {
            for (int x = 0; x < Scene.SIDE; x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (y * Scene.SIDE + x) + c] = cellMean(picture, x - x % COLOUR_CELL, y - y % COLOUR_CELL, c);
                }
            }
        }
        return Picture.of(Scene.SIDE, Scene.SIDE, rgb);
    }

    /** Index of the object that each pixel belongs to, row by row; -1 for the backdrop. */
    private static int[] owners(Scene scene) {
        int[] owners = new int[Scene.SIDE * Scene.SIDE];
        for (int i = 0; i < owners.length; i++) {
            owners[i] = -1;
            for (int o = 0; o < scene.objects().size(); o++) {
                if (scene.objects().get(o).distance(i % Scene.SIDE, i / Scene.SIDE) <= 0) {
                    owners[i] = o;
                }
            }
        }
        return owners;
    }

    /** No object reaches the border of the picture, so every pixel of one has four neighbours. */
    private static boolean touchesBackdrop(int[] owners, int i) {
        return owners[i - 1] < 0 || owners[i + 1] < 0 || owners[i - Scene.SIDE] < 0 || owners[i + Scene.SIDE] < 0;
    }

    private static byte cellMean(Picture picture, int left, int top, int channel) {
        int sum = 0;
        for (int y = top; y < top + COLOUR_CELL; y++) {
            for (int x = left; x < left + COLOUR_CELL; x++) {
                sum += picture.at(x, y, channel);
            }
        }
        int pixels = COLOUR_CELL * COLOUR_CELL;
        return (byte) ((sum + pixels / 2) / pixels);
    }

    /** @param colours of all pixels, row by row, as 0xRRGGBB */
    static Picture picture(int[] colours) {
        byte[] rgb = new byte[3 * colours.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (colours[i / 3] >> 16 - 8 * (i % 3));
        }
        return Picture.of(Scene.SIDE, Scene.SIDE, rgb);
    }
}
