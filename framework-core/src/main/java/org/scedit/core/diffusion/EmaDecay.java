package org.scedit.core.diffusion;

/**
 * How much an exponential moving average of weights keeps of itself at each update:
 * <pre>average = decay · average + (1 − decay) · weights</pre>
 * The decay starts at 0 (the first update copies the weights) and grows to its limit, so that early weights are
 * forgotten. Numbers are those of diffusers' {@code EMAModel}.
 *
 * @param limit   largest decay, 0..1
 * @param least   smallest decay after the first update, 0..{@code limit}
 * @param start   updates that only copy, before the first that averages
 * @param inverse γ of the power law 1 − (1 + n/γ)^(−p); 0 uses (1 + n)/(10 + n) instead
 * @param power   p of the power law
 */
public record EmaDecay(double limit, double least, int start, double inverse, double power) {
    /** Grows as (1 + n)/(10 + n) up to {@code limit}. */
    public static EmaDecay upTo(double limit) {
        return new EmaDecay(limit, 0, 0, 0, 0);
    }

    /**
     * The decay of one update.
     *
     * @param update counted from 0
     */
    public double at(int update) {
        int n = update - start;
        if (n <= 0) {
            return 0;
        }
        double grown = inverse > 0 ? 1 - Math.pow(1 + n / inverse, -power) : (1.0 + n) / (10.0 + n);
        return Math.max(least, Math.min(limit, grown));
    }
}
