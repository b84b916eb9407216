package org.scedit.plugins.annotators;

import org.scedit.api.Picture;

/**
 * Filters that take columns and rows one after the other, with the positions and weights of {@code cv2.resize} and the
 * picture's border repeated outwards. OpenCV's cubic weights are whole 2048ths, these are not rounded: a result differs
 * from OpenCV's by at most one level.
 */
final class Resampling {
    private static final int CHANNELS = 3;
    private static final double CUBIC_SHARPNESS = -0.75;

    /** One value of the result along an axis: which values of the source it is made of, and their weights, in sum 1. */
    private record Taps(int[] sources, double[] weights) {}

    private Resampling() {}

    /**
     * {@code INTER_CUBIC}: the four nearest pixels along each axis, also where the picture shrinks; Keys' cubic with a =
     * -3/4.
     */
    static Picture cubic(Picture picture, int width, int height) {
        return filtered(picture, cubic(picture.width(), width), cubic(picture.height(), height));
    }

    /** {@code INTER_AREA} for shrinking: the mean of what a pixel of the result covers. */
    static Picture area(Picture picture, int width, int height) {
        return filtered(picture, area(picture.width(), width), area(picture.height(), height));
    }

    /** {@code GaussianBlur} with a reach of three standard deviations. */
    static Picture gaussian(Picture picture, double deviation) {
        return filtered(picture, gaussian(picture.width(), deviation), gaussian(picture.height(), deviation));
    }

    /** {@code INTER_NEAREST}: the pixel that holds the upper left corner of a pixel of the result. */
    static Picture nearest(Picture picture, int width, int height) {
        byte[] rgb = new byte[CHANNELS * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    rgb[CHANNELS * (y * width + x) + channel] = (byte) picture.at(
                            nearest(x, picture.width(), width), nearest(y, picture.height(), height), channel);
                }
            }
        }
        return Picture.of(width, height, rgb);
    }

    /** In OpenCV's order of operations, for the corners that fall on a border between two pixels. */
    private static int nearest(int i, int source, int target) {
        double ratio = 1 / ((double) target / source);
        return Math.min((int) Math.floor(i * ratio), source - 1);
    }

    private static Taps[] cubic(int source, int target) {
        Taps[] axis = new Taps[target];
        double ratio = (double) source / target;
        for (int i = 0; i < target; i++) {
            double centre = (i + 0.5) * ratio - 0.5;
            int first = (int) Math.floor(centre) - 1;
            Taps taps = new Taps(new int[4], new double[4]);
            for (int k = 0; k < 4; k++) {
                taps.sources[k] = inside(first + k, source);
                taps.weights[k] = keys(Math.abs(first + k - centre));
            }
            axis[i] = taps;
        }
        return axis;
    }

    /** Keys' cubic, 1 at 0 and 0 from 2 on (IEEE Transactions on Acoustics, Speech, and Signal Processing, 1981). */
    private static double keys(double distance) {
        double d = distance;
        double a = CUBIC_SHARPNESS;
        if (d < 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
    }

    private static Taps[] area(int source, int target) {
        Taps[] axis = new Taps[target];
        for (int i = 0; i < target; i++) {
            // whole numbers in units of 1/target of a source pixel: no rounding at the borders
            int from = i * source;
            int to = from + source;
            int first = from / target;
            int count = (to - 1) / target - first + 1;
            Taps taps = new Taps(new int[count], new double[count]);
            for (int k = 0; k < count; k++) {
                int pixel = (first + k) * target;
                taps.sources[k] = first + k;
                taps.weights[k] = (double) (Math.min(pixel + target, to) - Math.max(pixel, from)) / source;
            }
            axis[i] = taps;
        }
        return axis;
    }

    private static Taps[] gaussian(int size, double deviation) {
        int reach = (int) Math.ceil(3 * deviation);
        double[] weights = new double[2 * reach + 1];
        double total = 0;
        for (int k = -reach; k <= reach; k++) {
            weights[k + reach] = StrictMath.exp(-k * k / (2 * deviation * deviation));
            total += weights[k + reach];
        }
        for (int k = 0; k < weights.length; k++) {
            weights[k] /= total;
        }
        Taps[] axis = new Taps[size];
        for (int i = 0; i < size; i++) {
            axis[i] = new Taps(new int[weights.length], weights);
            for (int k = 0; k < weights.length; k++) {
                axis[i].sources[k] = inside(i + k - reach, size);
            }
        }
        return axis;
    }

    private static int inside(int i, int size) {
        return Math.max(0, Math.min(size - 1, i));
    }

    private static Picture filtered(Picture picture, Taps[] across, Taps[] down) {
        double[] rows = new double[CHANNELS * across.length * picture.height()];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < across.length; x++) {
                Taps taps = across[x];
                for (int channel = 0; channel < CHANNELS; channel++) {
                    double sum = 0;
                    for (int k = 0; k < taps.sources.length; k++) {
                        sum += taps.weights[k] * picture.at(taps.sources[k], y, channel);
                    }
                    rows[CHANNELS * (y * across.length + x) + channel] = sum;
                }
            }
        }
        int row = CHANNELS * across.length;
        byte[] rgb = new byte[row * down.length];
        for (int y = 0; y < down.length; y++) {
            Taps taps = down[y];
            for (int i = 0; i < row; i++) {
                double sum = 0;
                for (int k = 0; k < taps.sources.length; k++) {
                    sum += taps.weights[k] * rows[row * taps.sources[k] + i];
                }
                rgb[row * y + i] = (byte) Math.max(0, Math.min(255, Math.rint(sum)));
            }
        }
        return Picture.of(across.length, down.length, rgb);
    }
}
