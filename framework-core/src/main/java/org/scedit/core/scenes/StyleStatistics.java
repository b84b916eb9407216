package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.scedit.api.Picture;

/**
 * Tells drawing styles apart by statistics of what is inside the silhouettes, whatever the objects, colours and places.
 *
 * <p>Nothing is learned. For each object: how much of it is hollow; how pure its colour is from the rim inwards; how much
 * purity changes over one to four pixels in each of four directions (a variogram, which holds the pattern's scale and
 * direction); and how much lighter its upper left is than its lower right. Objects count alike, and a set of pictures is
 * described by the mean of its objects.
 */
public final class StyleStatistics {
    private static final int SIDE = Scene.SIDE;
    /** Pixels nearer than this to the backdrop's colour are hollow; see {@link Silhouettes}. */
    private static final double HOLLOW = 50;

    private static final double CUT = 0.35;
    private static final int[][] DIRECTIONS = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
    private static final int LONGEST_LAG = 4;
    /** Layers of two pixels from the rim inwards; the last holds all that is deeper. */
    private static final int LAYERS = 4;

    private static final int LENGTH = 1 + LAYERS + DIRECTIONS.length * LONGEST_LAG + 1;
    /** The share of an object's pixels that are less colourful than what is called its pure colour. */
    private static final double PURE = 0.9;

    private StyleStatistics() {}

    /**
     * Distance between the styles of two sets of pictures, 0 or more: below 0.1 between sets of 30 pictures of one style
     * and different scenes, 0.4 to 2 between styles. A set in which no object is found is described by zeros, which are
     * far from every style.
     *
     * @throws IllegalArgumentException if a picture is not of {@link Scene#SIDE} by {@link Scene#SIDE} pixels
     */
    public static double distance(List<Picture> one, List<Picture> other) {
        double[] first = describe(one);
        double[] second = describe(other);
        double sum = 0;
        for (int i = 0; i < LENGTH; i++) {
            sum += (first[i] - second[i]) * (first[i] - second[i]);
        }
        return Math.sqrt(sum);
    }

    /** The statistics of a set, each between -1 and 1; means over all its objects. */
    static double[] describe(List<Picture> pictures) {
        List<double[]> objects = new ArrayList<>();
        for (Picture picture : pictures) {
            Silhouettes silhouettes = Silhouettes.of(picture, CUT);
            for (long[] part : silhouettes.parts()) {
                objects.add(describe(picture, silhouettes.backdrop(), part));
            }
        }
        double[] mean = new double[LENGTH];
        for (double[] object : objects) {
            for (int i = 0; i < LENGTH; i++) {
                mean[i] += object[i] / objects.size();
            }
        }
        return mean;
    }

    private static double[] describe(Picture picture, int backdrop, long[] part) {
        double[] purity = purity(picture, backdrop, part);
        long[] inner = Silhouettes.eroded(part);
        double[] statistics = new double[LENGTH];
        int at = 0;
        statistics[at++] = hollowShare(picture, backdrop, inner);
        long[] layer = part;
        for (int i = 0; i < LAYERS; i++) {
            long[] within = i == LAYERS - 1 ? new long[SIDE] : Silhouettes.eroded(Silhouettes.eroded(layer));
            statistics[at++] = meanPurity(purity, layer, within);
            layer = within;
        }
        for (int[] direction : DIRECTIONS) {
            for (int lag = 1; lag <= LONGEST_LAG; lag++) {
                statistics[at++] = change(purity, inner, lag * direction[0], lag * direction[1]);
            }
        }
        statistics[at] = slant(picture, inner);
        return statistics;
    }

    /** Each pixel's colourfulness as a share of the object's own pure colour, 0..1; a brown backdrop's counts as none. */
    private static double[] purity(Picture picture, int backdrop, long[] part) {
        double[] purity = new double[SIDE * SIDE];
        int[] pixels = Silhouettes.pixels(part);
        for (int pixel : pixels) {
            int x = pixel % SIDE;
            int y = pixel / SIDE;
            int red = picture.at(x, y, 0);
            int green = picture.at(x, y, 1);
            int blue = picture.at(x, y, 2);
            double chroma = Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
            purity[pixel] = chroma * Math.min(1, Silhouettes.contrast(picture, x, y, backdrop) / HOLLOW);
        }
        double[] sorted = Arrays.stream(pixels)
                .mapToDouble(pixel -> purity[pixel])
                .sorted()
                .toArray();
        double pure = Math.max(1, sorted[(int) (PURE * (sorted.length - 1))]);
        Arrays.setAll(purity, i -> Math.min(1, purity[i] / pure));
        return purity;
    }

    private static double hollowShare(Picture picture, int backdrop, long[] mask) {
        return Arrays.stream(Silhouettes.pixels(mask))
                .mapToDouble(i -> Silhouettes.contrast(picture, i % SIDE, i / SIDE, backdrop) < HOLLOW ? 1 : 0)
                .average()
                .orElse(0);
    }

    /** Over what is in one mask and not in the other. */
    private static double meanPurity(double[] purity, long[] in, long[] notIn) {
        return Arrays.stream(Silhouettes.pixels(in))
                .filter(i -> !Silhouettes.has(notIn, i % SIDE, i / SIDE))
                .mapToDouble(i -> purity[i])
                .average()
                .orElse(0);
    }

    /** Mean difference of purity between pixels so far apart, both in the mask. */
    private static double change(double[] purity, long[] mask, int dx, int dy) {
        return Arrays.stream(Silhouettes.pixels(mask))
                .filter(i -> Silhouettes.has(mask, i % SIDE + dx, i / SIDE + dy))
                .mapToDouble(i -> Math.abs(purity[i] - purity[i + dy * SIDE + dx]))
                .average()
                .orElse(0);
    }

    /** Mean brightness of the upper left half of the mask less that of the lower right half, -1..1. */
    private static double slant(Picture picture, long[] mask) {
        int[] pixels = Silhouettes.pixels(mask);
        double middle =
                Arrays.stream(pixels).map(i -> i % SIDE + i / SIDE).average().orElse(0);
        double[] sums = new double[2];
        int[] counts = new int[2];
        for (int i : pixels) {
            int half = i % SIDE + i / SIDE < middle ? 0 : 1;
            counts[half]++;
            for (int c = 0; c < 3; c++) {
                sums[half] += picture.at(i % SIDE, i / SIDE, c) / (3 * 255.0);
            }
        }
        return sums[0] / Math.max(1, counts[0]) - sums[1] / Math.max(1, counts[1]);
    }
}
