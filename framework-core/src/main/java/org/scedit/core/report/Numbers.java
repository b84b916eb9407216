package org.scedit.core.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.Locale;

/** Numbers for people: no more digits than their spread makes sense of. */
final class Numbers {
    private static final int MOST_DECIMALS = 6;

    private Numbers() {}

    /**
     * How many decimals a column needs, so that a typical spread shows two digits.
     *
     * @param spreads of the column's cells
     */
    static int decimals(Collection<Spread> spreads) {
        double[] sds = spreads.stream()
                .mapToDouble(Spread::sd)
                .filter(sd -> sd > 0)
                .sorted()
                .toArray();
        double largest = spreads.stream()
                .mapToDouble(spread -> Math.abs(spread.mean()))
                .max()
                .orElse(1);
        double resolution = sds.length > 0 ? sds[sds.length / 2] : largest == 0 ? 1 : largest / 10;
        return Math.max(0, Math.min(MOST_DECIMALS, 1 - (int) Math.floor(Math.log10(resolution))));
    }

    /** With a true minus sign, as all numbers that stand in text. */
    static String fixed(double value, int decimals) {
        String digits = String.format(Locale.ROOT, "%." + decimals + "f", Math.abs(value));
        boolean zero = digits.chars().noneMatch(c -> c >= '1' && c <= '9');
        return value < 0 && !zero ? "\u2212" + digits : digits;
    }

    /** With its sign, also of what is positive. */
    static String signed(double value, int decimals) {
        return value > 0 ? "+" + fixed(value, decimals) : fixed(value, decimals);
    }

    /** Rounded to some significant digits, without an exponent. */
    static String significant(double value, int digits) {
        return new BigDecimal(value)
                .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                .stripTrailingZeros()
                .toPlainString();
    }

    /** {@code p = 0.012}, {@code p < 0.001}. */
    static String probability(double p) {
        return p < 0.001 ? "p < 0.001" : "p = " + significant(p, p < 0.1 ? 2 : 3);
    }

    /** A short label of an axis: {@code 20k}, {@code 0.05}. */
    static String tick(double value) {
        if (Math.abs(value) >= 1e6) {
            return significant(value / 1e6, 3) + "M";
        }
        return Math.abs(value) >= 1e4 ? significant(value / 1e3, 3) + "k" : significant(value, 4);
    }
}
