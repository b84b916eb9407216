package org.scedit.plugins.measures;

import org.scedit.api.Picture;

/** SSIM of two pictures of one size; see {@link Reconstruction}. */
final class StructuralSimilarity {
    private static final int WINDOW = 7;
    private static final double C1 = Math.pow(0.01 * 255, 2);
    private static final double C2 = Math.pow(0.03 * 255, 2);

    private StructuralSimilarity() {}

    /**
     * @return -1..1; 1 for equal pictures
     * @throws IllegalArgumentException if a picture is smaller than the window
     */
    static double of(Picture one, Picture other) {
        if (one.width() < WINDOW || one.height() < WINDOW) {
            throw new IllegalArgumentException(
                    "SSIM needs pictures of at least " + WINDOW + "x" + WINDOW + " pixels, got " + one);
        }
        double sum = 0;
        int windows = 0;
        for (int top = 0; top + WINDOW <= one.height(); top++) {
            for (int left = 0; left + WINDOW <= one.width(); left++) {
                sum += window(one, other, left, top);
                windows++;
            }
        }
        return sum / windows;
    }

    private static double window(Picture one, Picture other, int left, int top) {
        double a = 0;
        double b = 0;
        double aa = 0;
        double bb = 0;
        double ab = 0;
        for (int y = top; y < top + WINDOW; y++) {
            for (int x = left; x < left + WINDOW; x++) {
                double p = brightness(one, x, y);
                double q = brightness(other, x, y);
                a += p;
                b += q;
                aa += p * p;
                bb += q * q;
                ab += p * q;
            }
        }
        int n = WINDOW * WINDOW;
        double meanA = a / n;
        double meanB = b / n;
        double varianceA = (aa - n * meanA * meanA) / (n - 1);
        double varianceB = (bb - n * meanB * meanB) / (n - 1);
        double covariance = (ab - n * meanA * meanB) / (n - 1);
        return (2 * meanA * meanB + C1)
                * (2 * covariance + C2)
                / ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
    }

    private static double brightness(Picture picture, int x, int y) {
        return 0.299 * picture.at(x, y, 0) + 0.587 * picture.at(x, y, 1) + 0.114 * picture.at(x, y, 2);
    }
}
