package org.scedit.core.scenes;

/**
 * A small random source whose numbers are the same on every Java version, unlike the library's bounded ones, whose
 * algorithm is not part of their contract.
 *
 * <p>Source: SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
 */
final class Dice {
    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    Dice(long seed) {
        this.state = seed;
    }

    /** An independent source for each pair of numbers. */
    static Dice of(long seed, long index) {
        return new Dice(mix(mix(seed + GAMMA) + index * GAMMA));
    }

    long next() {
        state += GAMMA;
        return mix(state);
    }

    /** 0..bound-1; the bias for bounds of a few hundred is below 1e-7. */
    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    /** True in {@code percent} of 100 throws. */
    boolean chance(int percent) {
        return below(100) < percent;
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
        return choices[below(choices.length)];
    }

    private static long mix(long bits) {
        long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
