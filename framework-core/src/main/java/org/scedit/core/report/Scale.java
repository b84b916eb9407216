package org.scedit.core.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.scedit.core.run.Axis;

/** Where values lie along a chart's side: evenly, or by their logarithm where they span more than a factor of ten. */
final class Scale {
    private static final double WIDE = 10;

    private final Axis axis;
    private final boolean logarithmic;

    private Scale(Axis axis, boolean logarithmic) {
        this.axis = axis;
        this.logarithmic = logarithmic;
    }

    /** Room for all values, and a little around them. */
    static Scale of(double... values) {
        double least = Arrays.stream(values).min().orElse(0);
        double most = Arrays.stream(values).max().orElse(1);
        boolean logarithmic = least > 0 && most / least > WIDE;
        double from = logarithmic ? Math.log10(least) : least;
        double to = logarithmic ? Math.log10(most) : most;
        double margin = 0.06 * (to - from);
        return new Scale(new Axis(from - margin, to + margin), logarithmic);
    }

    /** From 0 to a value. */
    static Scale upTo(double most) {
        return new Scale(new Axis(0, most), false);
    }

    /** 0 at the beginning, 1 at the end. */
    double share(double value) {
        return axis.share(logarithmic ? Math.log10(value) : value);
    }

    boolean logarithmic() {
        return logarithmic;
    }

    /** Round values to mark, at most about {@code most}. */
    double[] ticks(int most) {
        if (!logarithmic) {
            return axis.ticks(most);
        }
        double[] all = powers(1, 2, 5);
        return all.length <= most ? all : powers(1).length > 1 ? powers(1) : powers(1, 3);
    }

    private double[] powers(double... factors) {
        return DoubleStream.iterate(Math.floor(axis.from()), power -> power <= axis.to(), power -> power + 1)
                .flatMap(power -> Arrays.stream(factors).map(factor -> factor * Math.pow(10, power)))
                .filter(value -> Math.log10(value) >= axis.from() && Math.log10(value) <= axis.to())
                .toArray();
    }
}
