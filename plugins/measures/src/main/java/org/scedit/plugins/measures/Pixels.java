package org.scedit.plugins.measures;

import org.scedit.api.Picture;

/** Differences of two pictures of one size, over all pixels and channels. */
final class Pixels {
    private static final double WHITE = 255;

    private Pixels() {}

    /** {@code Σ |a - b| / (255 · numbers)}, 0..1. */
    static double meanAbsolute(Picture one, Picture other) {
        byte[] a = one.rgb();
        byte[] b = rgb(other, one);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs((a[i] & 0xff) - (b[i] & 0xff));
        }
        return sum / (WHITE * a.length);
    }

    /** {@code √( Σ (a - b)² / numbers ) / 255}, 0..1. */
    static double rootMeanSquare(Picture one, Picture other) {
        byte[] a = one.rgb();
        byte[] b = rgb(other, one);
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            int difference = (a[i] & 0xff) - (b[i] & 0xff);
            sum += difference * difference;
        }
        return Math.sqrt(sum / a.length) / WHITE;
    }

    private static byte[] rgb(Picture picture, Picture like) {
        if (picture.width() != like.width() || picture.height() != like.height()) {
            throw new IllegalArgumentException("pictures of one size are compared, got " + picture + " and " + like);
        }
        return picture.rgb();
    }
}
