package org.scedit.core.engine;

/**
 * Seeds for every random draw of a run, as a pure function of the run's seed, what the draw is for and how often it was
 * drawn: a resumed run continues with the same numbers without any saved state.
 */
public final class Randomness {
    private Randomness() {}

    /**
     * @param seed    the run's
     * @param purpose what is drawn, such as {@code noise}
     * @param index   which draw of that purpose
     * @return a non-negative seed
     */
    public static long seed(long seed, String purpose, long index) {
        long mixed = mix(seed + 0x9E3779B97F4A7C15L * (purpose.hashCode() + 1L));
        return mix(mixed + 0x9E3779B97F4A7C15L * (index + 1)) >>> 1;
    }

    /** The finaliser of SplitMix64: every bit of the input reaches every bit of the output. */
    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
