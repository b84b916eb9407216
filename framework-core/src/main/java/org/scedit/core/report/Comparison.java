package org.scedit.core.report;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Two groups in one measure.
 *
 * @param quality    the measure
 * @param ahead      the one whose values are better on average over the pairs
 * @param behind     the other
 * @param pairs      what both have runs of: seeds, or seeds of replicates
 * @param difference mean of ahead minus behind over the pairs
 * @param p          of the paired test; empty with fewer than two pairs
 * @param corrected  the same after Holm's correction over all comparisons in this measure
 */
record Comparison(
        Quality quality,
        Group ahead,
        Group behind,
        List<Repetition> pairs,
        double difference,
        OptionalDouble p,
        OptionalDouble corrected) {
    /** The chance, for each measure, that any difference is told where there is none. */
    static final double LEVEL = 0.05;

    /** Whether there are pairs enough to ask. */
    boolean tested() {
        return p.isPresent();
    }

    /** Whether it is about this group. */
    boolean has(Group group) {
        return ahead.equals(group) || behind.equals(group);
    }

    /** Whether the difference is more than noise. */
    boolean told() {
        return corrected.isPresent() && corrected.getAsDouble() <= LEVEL;
    }
}
