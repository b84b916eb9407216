package org.scedit.core.data;

import org.scedit.api.Picture;

/**
 * Changes a picture's size with the Catmull-Rom cubic, its reach widened when the picture shrinks, so that every source
 * pixel counts and fine patterns do not alias. Own code rather than Java2D's, which reads at most 4x4 pixels when
 * shrinking and differs between Java versions.
 */
final class Resampling {
    private static final int CHANNELS = 3;

    private Resampling() {}

    static Picture resize(Picture picture, int width, int height) {
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        byte[] source = picture.rgb();
        float[] values = new float[source.length];
        for (int i = 0; i < source.length; i++) {
            values[i] = source[i] & 0xff;
        }
        float[] narrowed = columns(values, picture.width(), picture.height(), width);
        float[] turned = transposed(narrowed, width, picture.height());
        float[] resized = transposed(columns(turned, picture.height(), width, height), height, width);
        byte[] rgb = new byte[resized.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, Math.min(255, Math.round(resized[i])));
        }
        return Picture.of(width, height, rgb);
    }

    /** Each pixel that of the source whose middle is nearest. */
    static Picture nearest(Picture picture, int width, int height) {
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        byte[] source = picture.rgb();
        byte[] rgb = new byte[CHANNELS * width * height];
        for (int y = 0; y < height; y++) {
            int sourceY = (int) ((2L * y + 1) * picture.height() / (2L * height));
            for (int x = 0; x < width; x++) {
                int sourceX = (int) ((2L * x + 1) * picture.width() / (2L * width));
                int from = CHANNELS * (sourceY * picture.width() + sourceX);
                System.arraycopy(source, from, rgb, CHANNELS * (y * width + x), CHANNELS);
            }
        }
        return Picture.of(width, height, rgb);
    }

    /** Changes the number of columns of {@code (height, width, 3)}. */
    private static float[] columns(float[] values, int width, int height, int newWidth) {
        double ratio = (double) width / newWidth;
        double stretch = Math.max(1, ratio);
        float[] result = new float[CHANNELS * newWidth * height];
        for (int x = 0; x < newWidth; x++) {
            double centre = (x + 0.5) * ratio;
            int from = Math.max(0, (int) Math.ceil(centre - 2 * stretch - 0.5));
            int to = Math.min(width - 1, (int) Math.floor(centre + 2 * stretch - 0.5));
            double[] weights = new double[to - from + 1];
            double total = 0;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = cubic((from + i + 0.5 - centre) / stretch);
                total += weights[i];
            }
            for (int y = 0; y < height; y++) {
                for (int channel = 0; channel < CHANNELS; channel++) {
                    double sum = 0;
                    for (int i = 0; i < weights.length; i++) {
                        sum += weights[i] * values[CHANNELS * (y * width + from + i) + channel];
                    }
                    result[CHANNELS * (y * newWidth + x) + channel] = (float) (sum / total);
                }
            }
        }
        return result;
    }

    private static float[] transposed(float[] values, int width, int height) {
        float[] turned = new float[values.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(values, CHANNELS * (y * width + x), turned, CHANNELS * (x * height + y), CHANNELS);
            }
        }
        return turned;
    }

    /** Keys' cubic with a = -1/2: 1 at 0, 0 from 2 on. */
    private static double cubic(double distance) {
        double d = Math.abs(distance);
        if (d < 1) {
            return (1.5 * d - 2.5) * d * d + 1;
        }
        return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    }
}
