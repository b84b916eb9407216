package org.scedit.core.report;

import java.util.Collection;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether two groups differ, from their differences pair by pair. A seed chooses the data's order, the noise and the
 * start weights, so a hard one is hard for both; the difference is free of that. A replicate, such as a style, is hard
 * for both in the same way: each replicate with each seed is a block of its own, and the blocks count as exchangeable.
 */
final class PairedTest {
    /** Differences that are equal up to rounding have no spread that a t test could go by. */
    private static final double ROUNDING = 1e-9;

    private PairedTest() {}

    /**
     * Student's t test of the differences' mean against zero, two-sided:
     * <pre>t = mean / (sd / √n),  n − 1 degrees of freedom</pre>
     * Where all differences are the same, as those of measures that count a few pictures can be, t would be infinite for
     * want of spread and not for strength; the exact sign-flip test then decides: of the 2ⁿ ways to choose the signs two
     * are as extreme, p = 2^(1−n).
     *
     * @param differences one for each pair
     * @return the chance of differences as far from zero if there were none; empty for fewer than two pairs
     */
    static OptionalDouble twoSided(Collection<Double> differences) {
        int n = differences.size();
        if (n < 2) {
            return OptionalDouble.empty();
        }
        Spread spread = Spread.of(differences);
        double largest = differences.stream().mapToDouble(Math::abs).max().orElseThrow();
        if (largest == 0) {
            return OptionalDouble.of(1);
        }
        if (spread.sd() <= ROUNDING * largest) {
            return OptionalDouble.of(Math.pow(2, 1 - n));
        }
        double t = spread.mean() / (spread.sd() / Math.sqrt(n));
        return OptionalDouble.of(2 * TDistribution.of(n - 1).survivalProbability(Math.abs(t)));
    }

    /**
     * Holm's correction: with many comparisons some differ by chance, and this keeps the chance that any one of them is
     * told wrongly below the level that the corrected values are held against.
     * <pre>p'(i) = max over j ≤ i of min(1, (m − j + 1) · p(j)),  p(1) ≤ p(2) ≤ … ≤ p(m)</pre>
     * Source: Holm 1979, A simple sequentially rejective multiple test procedure.
     *
     * @param p of all comparisons of one family
     * @return the corrected values, in the same order
     */
    static double[] holm(double[] p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted((a, b) -> Double.compare(p[a], p[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] corrected = new double[p.length];
        double most = 0;
        for (int i = 0; i < order.length; i++) {
            most = Math.max(most, Math.min(1, (p.length - i) * p[order[i]]));
            corrected[order[i]] = most;
        }
        return corrected;
    }
}
