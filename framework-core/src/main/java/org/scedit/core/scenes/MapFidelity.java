package org.scedit.core.scenes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Picture;

/** How well pictures follow a {@linkplain SceneMap condition map} of their scenes; nothing is learned. */
public enum MapFidelity {
    /**
     * Mean over the pictures of the edge F1: the harmonic mean of the share of drawn contour pixels with a wanted one
     * among themselves and their eight neighbours, and the share of wanted ones with a drawn one; 0..1.
     */
    EDGE_F1("edge F1 within 1 pixel") {
        @Override
        double of(Picture picture, Scene scene) {
            long[] drawn = contours(Silhouettes.of(picture, MIDDLE_OF_CONTOUR).parts());
            long[] wanted = contourMap(scene);
            double precision = share(drawn, wanted);
            double recall = share(wanted, drawn);
            return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        }
    },
    /** Mean share of pixels of the right class, {@link ConditionMaps#segmentation}; 0..1. */
    SEGMENTATION_ACCURACY("share of pixels of the right class") {
        @Override
        double of(Picture picture, Scene scene) {
            int[] drawn = new int[Scene.SIDE * Scene.SIDE];
            for (long[] part : Silhouettes.of(picture, MIDDLE_OF_CONTOUR).parts()) {
                Optional<Shape> shape = SceneChecker.shapeOf(part);
                for (int pixel : Silhouettes.pixels(part)) {
                    drawn[pixel] = shape.map(known -> 1 + known.ordinal()).orElse(UNKNOWN_CLASS);
                }
            }
            int[] wanted = ConditionMaps.segmentation(scene);
            int right = 0;
            for (int i = 0; i < drawn.length; i++) {
                right += drawn[i] == wanted[i] ? 1 : 0;
            }
            return right / (double) drawn.length;
        }
    },
    /** Mean absolute difference of the colours of cells of 8x8 pixels, 0 (equal) to 1 (black for white). */
    COLOUR_ERROR("colour error of 8x8 cells (lower is better)") {
        @Override
        double of(Picture picture, Scene scene) {
            Picture drawn = ConditionMaps.colours(picture);
            Picture wanted = ConditionMaps.colours(scene);
            double sum = 0;
            for (int i = 0; i < Scene.SIDE * Scene.SIDE; i++) {
                for (int c = 0; c < 3; c++) {
                    int x = i % Scene.SIDE;
                    int y = i / Scene.SIDE;
                    sum += Math.abs(drawn.at(x, y, c) - wanted.at(x, y, c));
                }
            }
            return sum / (255.0 * 3 * Scene.SIDE * Scene.SIDE);
        }
    };

    private static final double MIDDLE_OF_CONTOUR = 0.5;
    private static final int UNKNOWN_CLASS = -1;

    private final String words;

    MapFidelity(String words) {
        this.words = words;
    }

    /** What it is, for a person. */
    public String words() {
        return words;
    }

    abstract double of(Picture picture, Scene scene);

    /**
     * The mean over pictures, one for each scene.
     *
     * @throws IllegalArgumentException if there are not as many of both, or none, or if a picture is not of
     *     {@link Scene#SIDE} by {@link Scene#SIDE} pixels
     */
    public double of(List<Picture> pictures, List<Scene> scenes) {
        if (pictures.size() != scenes.size() || scenes.isEmpty()) {
            throw new IllegalArgumentException(pictures.size() + " pictures of " + scenes.size() + " scenes");
        }
        double sum = 0;
        for (int i = 0; i < scenes.size(); i++) {
            sum += of(pictures.get(i), scenes.get(i));
        }
        return sum / scenes.size();
    }

    /** Pixels of a part that have a side in common with what is no part, as {@link ConditionMaps#edges} has them. */
    private static long[] contours(List<long[]> parts) {
        long[] all = new long[Scene.SIDE];
        parts.forEach(part -> Arrays.setAll(all, y -> all[y] | part[y]));
        long[] contours = new long[Scene.SIDE];
        for (int y = 0; y < Scene.SIDE; y++) {
            long above = y == 0 ? 0 : all[y - 1];
            long below = y == Scene.SIDE - 1 ? 0 : all[y + 1];
            contours[y] = all[y] & ~(all[y] << 1 & all[y] >>> 1 & above & below);
        }
        return contours;
    }

    private static long[] contourMap(Scene scene) {
        Picture edges = ConditionMaps.edges(scene);
        long[] mask = new long[Scene.SIDE];
        for (int i = 0; i < Scene.SIDE * Scene.SIDE; i++) {
            if (edges.at(i % Scene.SIDE, i / Scene.SIDE, 0) != 0) {
                mask[i / Scene.SIDE] |= 1L << i % Scene.SIDE;
            }
        }
        return mask;
    }

    /** Share of the first mask's pixels that have one of the other within 1 pixel; 0 if the first is empty. */
    private static double share(long[] of, long[] near) {
        long[] reached = Silhouettes.dilated(near);
        long[] hits = new long[Scene.SIDE];
        Arrays.setAll(hits, y -> of[y] & reached[y]);
        int area = Silhouettes.area(of);
        return area == 0 ? 0 : Silhouettes.area(hits) / (double) area;
    }
}
