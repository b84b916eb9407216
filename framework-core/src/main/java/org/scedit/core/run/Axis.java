package org.scedit.core.run;

/**
 * A chart's axis, linear.
 *
 * @param from its least value
 * @param to   its greatest; where it is not greater than {@code from}, both are moved apart
 */
public record Axis(double from, double to) {
    public Axis {
        if (!(to > from)) { // one value only
            double room = from == 0 ? 1 : Math.abs(from) / 2;
            to = from + room;
            from = from - room;
        }
    }

    /** Where a value lies: 0 at the axis' beginning, 1 at its end. */
    public double share(double value) {
        return (value - from) / (to - from);
    }

    /** Round numbers (1, 2 or 5 times a power of ten) inside the axis, at most {@code most}. */
    public double[] ticks(int most) {
        double raw = (to - from) / most;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = power * (raw <= power ? 1 : raw <= 2 * power ? 2 : raw <= 5 * power ? 5 : 10);
        long first = (long) Math.ceil(from / step);
        long last = (long) Math.floor(to / step);
        double[] ticks = new double[(int) (last - first + 1)];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = (first + i) * step;
        }
        return ticks;
    }
}
