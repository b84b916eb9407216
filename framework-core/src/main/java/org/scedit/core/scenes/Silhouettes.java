package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.scedit.api.Picture;

/**
 * The parts of a picture that stand out from its backdrop, found without knowing the scene.
 *
 * <p>A mask is 64 rows of 64 bits, bit {@code x} of row {@code y} being the pixel, so that shifting, joining and counting
 * are done for a row at a time.
 *
 * @param backdrop {@link #backdropOf} the picture
 * @param foreground mask of the pixels that differ clearly from the backdrop
 * @param parts masks of the connected parts with their holes filled, so that a hollow object is whole
 */
record Silhouettes(int backdrop, long[] foreground, List<long[]> parts) {
    private static final int SIDE = Scene.SIDE;
    private static final int RIM = 2;
    /** Least distance from the backdrop; noise stays below it, the faintest pair of object and backdrop is at 110. */
    private static final double LEAST_CONTRAST = 50;
    /** Parts of fewer pixels are specks; the smallest object has about 260. */
    private static final int LEAST_AREA = 80;

    /**
     * @param cut where a blurred contour is cut, as a share of the picture's own contrast, 0..1; higher cuts keep objects
     *     apart that have run together, lower ones see fainter ones
     * @throws IllegalArgumentException if the picture is not of {@link Scene#SIDE} by {@link Scene#SIDE} pixels
     */
    static Silhouettes of(Picture picture, double cut) {
        if (picture.width() != SIDE || picture.height() != SIDE) {
            throw new IllegalArgumentException("scenes are " + SIDE + "x" + SIDE + " pixels, got " + picture);
        }
        int backdrop = backdropOf(picture);
        long[] foreground = foregroundOf(picture, backdrop, cut);
        return new Silhouettes(backdrop, foreground, partsOf(filled(closed(foreground))));
    }

    /** Whether the mask has the pixel; outside the picture it has none. */
    static boolean has(long[] mask, int x, int y) {
        return x >= 0 && y >= 0 && x < SIDE && y < SIDE && (mask[y] >>> x & 1) != 0;
    }

    /** The mask's pixels, each as {@code 64 * y + x}, in rising order. */
    static int[] pixels(long[] mask) {
        int[] pixels = new int[area(mask)];
        int count = 0;
        for (int y = 0; y < SIDE; y++) {
            for (long row = mask[y]; row != 0; row &= row - 1) {
                pixels[count++] = SIDE * y + Long.numberOfTrailingZeros(row);
            }
        }
        return pixels;
    }

    /** Number of pixels in the mask. */
    static int area(long[] mask) {
        return Arrays.stream(mask).mapToInt(Long::bitCount).sum();
    }

    /** Those pixels of the mask of which all eight neighbours are in the mask too. */
    static long[] eroded(long[] mask) {
        long[] outside = new long[SIDE];
        Arrays.setAll(outside, y -> ~mask[y]);
        long[] grown = dilated(outside);
        Arrays.setAll(grown, y -> ~grown[y]);
        return grown;
    }

    /** Distance between a pixel and a colour in red, green, blue space, 0..442. */
    static double contrast(Picture picture, int x, int y, int rgb) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            double difference = picture.at(x, y, c) - SceneRenderer.channel(rgb, c);
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    /** Median of the picture's rim, channel by channel, as {@code 0xRRGGBB}. */
    static int backdropOf(Picture picture) {
        int backdrop = 0;
        for (int c = 0; c < 3; c++) {
            int[] counts = new int[256];
            int pixels = 0;
            for (int y = 0; y < SIDE; y++) {
                for (int x = 0; x < SIDE; x++) {
                    if (Math.min(Math.min(x, y), Math.min(SIDE - 1 - x, SIDE - 1 - y)) < RIM) {
                        counts[picture.at(x, y, c)]++;
                        pixels++;
                    }
                }
            }
            int level = 0;
            for (int seen = counts[0]; seen <= pixels / 2; seen += counts[level]) {
                level++;
            }
            backdrop = backdrop << 8 | level;
        }
        return backdrop;
    }

    private static long[] foregroundOf(Picture picture, int backdrop, double cut) {
        double[] contrast = new double[SIDE * SIDE];
        for (int i = 0; i < contrast.length; i++) {
            contrast[i] = contrast(picture, i % SIDE, i / SIDE, backdrop);
        }
        double[] standingOut =
                Arrays.stream(contrast).filter(c -> c > LEAST_CONTRAST).sorted().toArray();
        double typical = standingOut.length == 0 ? 0 : standingOut[standingOut.length / 2];
        double threshold = Math.max(LEAST_CONTRAST, cut * typical);
        long[] mask = new long[SIDE];
        for (int i = 0; i < contrast.length; i++) {
            if (contrast[i] > threshold) {
                mask[i / SIDE] |= 1L << i % SIDE;
            }
        }
        return mask;
    }

    /** Closes breaks of one pixel in thin contours; wider ones are gaps between objects. */
    private static long[] closed(long[] mask) {
        long[] closed = new long[SIDE];
        Arrays.setAll(closed, y -> mask[y] | mask[y] << 1 & mask[y] >>> 1 | above(mask, y) & below(mask, y));
        return closed;
    }

    private static long above(long[] mask, int y) {
        return y > 0 ? mask[y - 1] : 0;
    }

    private static long below(long[] mask, int y) {
        return y < SIDE - 1 ? mask[y + 1] : 0;
    }

    /** Adds every pixel that cannot be reached from the border without crossing the mask. */
    private static long[] filled(long[] mask) {
        long[] free = new long[SIDE];
        Arrays.setAll(free, y -> ~mask[y]);
        long[] border = new long[SIDE];
        Arrays.setAll(border, y -> (y == 0 || y == SIDE - 1 ? -1L : 1L | 1L << SIDE - 1) & free[y]);
        long[] outside = flooded(border, free, false);
        Arrays.setAll(outside, y -> ~outside[y]);
        return outside;
    }

    private static List<long[]> partsOf(long[] mask) {
        List<long[]> parts = new ArrayList<>();
        long[] rest = mask.clone();
        for (int y = 0; y < SIDE; y++) {
            while (rest[y] != 0) {
                long[] seed = new long[SIDE];
                seed[y] = Long.lowestOneBit(rest[y]);
                long[] part = flooded(seed, rest, true);
                Arrays.setAll(rest, row -> rest[row] & ~part[row]);
                if (area(part) >= LEAST_AREA) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    /** All of {@code within} that is connected to the seed. */
    private static long[] flooded(long[] seed, long[] within, boolean overCorners) {
        long[] flood = seed.clone();
        boolean grew = true;
        while (grew) {
            long[] wider = overCorners ? dilated(flood) : dilatedOverSides(flood);
            grew = false;
            for (int y = 0; y < SIDE; y++) {
                long row = wider[y] & within[y];
                grew |= row != flood[y];
                flood[y] = row;
            }
        }
        return flood;
    }

    /** The mask with all eight neighbours of its pixels. */
    static long[] dilated(long[] mask) {
        long[] wide = new long[SIDE];
        Arrays.setAll(wide, y -> mask[y] | mask[y] << 1 | mask[y] >>> 1);
        long[] dilated = new long[SIDE];
        Arrays.setAll(dilated, y -> wide[y] | above(wide, y) | below(wide, y));
        return dilated;
    }

    private static long[] dilatedOverSides(long[] mask) {
        long[] dilated = new long[SIDE];
        Arrays.setAll(dilated, y -> mask[y] | mask[y] << 1 | mask[y] >>> 1 | above(mask, y) | below(mask, y));
        return dilated;
    }
}
