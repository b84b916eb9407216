package org.scedit.core.report;

import java.util.Collection;

/**
 * What several seeds give together.
 *
 * @param count how many, at least 1
 * @param mean  their mean
 * @param sd    their sample standard deviation (divided by {@code count - 1}); 0 for a single one, which shows none
 */
record Spread(int count, double mean, double sd) {
    /** @throws IllegalArgumentException if there are no values */
    static Spread of(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return new Spread(values.size(), mean, values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1)));
    }
}
