package org.scedit.plugins.csctuner;

import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The ratio that a file's sizes were made with, {@code width = int(channels · ratio)}. */
final class WidthRatio {
    private static final int DIGITS = 15;

    private WidthRatio() {}

    /** What a layer's width follows from. */
    record Size(int channels, int width) {
        private boolean fits(double ratio) {
            return (int) (channels * ratio) == width;
        }
    }

    /**
     * The ratio that gives all the widths: the stated one if it does, else the one with the fewest decimals.
     *
     * @param key    of the setting, for the message
     * @param stated what the file says; NaN where it says nothing
     * @param sizes  of the layers; if there are none, the ratio is 1
     * @throws IllegalArgumentException if there is no such ratio
     */
    static double of(String key, double stated, List<Size> sizes) {
        if (sizes.isEmpty()) {
            return 1;
        }
        double least = sizes.stream()
                .mapToDouble(size -> (double) size.width() / size.channels())
                .max()
                .orElseThrow();
        var decimals = IntStream.rangeClosed(0, DIGITS)
                .mapToDouble(digits -> Math.ceil(least * Math.pow(10, digits)) / Math.pow(10, digits));
        return DoubleStream.concat(DoubleStream.of(stated), decimals)
                .filter(ratio -> sizes.stream().allMatch(size -> size.fits(ratio)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no single " + key + " gives the widths of all layers; found " + sizes));
    }
}
