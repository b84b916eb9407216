package org.scedit.core.diffusion;

/** Quantiles of the symmetric beta distribution with α = β = 0.6, which is dense at both ends. */
final class BetaQuantile {
    private static final double SHAPE = 0.6;

    private BetaQuantile() {}

    /**
     * The value with this share of the distribution below it.
     *
     * @param share 0..1
     * @return 0..1
     */
    static double of(double share) {
        if (share > 0.5) {
            return 1 - of(1 - share);
        }
        double wanted = share * 2 * incomplete(0.5);
        double low = 0;
        double high = 0.5;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (incomplete(middle) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** ∫_0^x (u(1−u))^(a−1) du = x^a · Σ (1−a)_n / (n! · (a+n)) · x^n, for x up to 0.5. */
    private static double incomplete(double x) {
        double sum = 0;
        double factor = 1; // (1−a)_n / n! · x^n
        for (int n = 0; n < 60; n++) {
            sum += factor / (SHAPE + n);
            factor *= (1 - SHAPE + n) / (n + 1) * x;
        }
        return Math.pow(x, SHAPE) * sum;
    }
}
