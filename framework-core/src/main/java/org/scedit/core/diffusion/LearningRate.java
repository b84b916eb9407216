package org.scedit.core.diffusion;

import java.util.List;

/**
 * The learning rate of each optimizer step: a pure function, so that a resumed run needs nothing but the step's number.
 * Numbers are those of diffusers' {@code get_scheduler}. A warm-up of n steps rises linearly from 0: the very first
 * step then changes nothing.
 */
@FunctionalInterface
public interface LearningRate {
    /** The rate in effect for an optimizer step, counted from 0. */
    double at(int step);

    /** The same rate for every step after the warm-up. */
    static LearningRate constant(double base, int warmup) {
        return step -> base * Math.min(1, rise(step, warmup));
    }

    /** Falls in a straight line to 0 at step {@code steps}, and stays there. */
    static LearningRate linear(double base, int warmup, int steps) {
        return step -> step < warmup
                ? base * rise(step, warmup)
                : base * Math.max(0, (double) (steps - step) / Math.max(1, steps - warmup));
    }

    /** Falls along half a cosine wave to 0 at step {@code steps}; beyond it, the wave goes on. */
    static LearningRate cosine(double base, int warmup, int steps) {
        return step -> step < warmup ? base * rise(step, warmup) : base * wave(progress(step, warmup, steps));
    }

    /** Falls along half a cosine wave {@code cycles} times, each from {@code base}; 0 from step {@code steps} on. */
    static LearningRate cosineWithRestarts(double base, int warmup, int steps, int cycles) {
        return step -> {
            if (step < warmup) {
                return base * rise(step, warmup);
            }
            double progress = progress(step, warmup, steps);
            return progress >= 1 ? 0 : base * wave(cycles * progress % 1);
        };
    }

    /**
     * Falls as a power of what is left, to {@code end} at step {@code steps}.
     *
     * @param power 1 is a straight line
     */
    static LearningRate polynomial(double base, int warmup, int steps, double power, double end) {
        return step -> step < warmup
                ? base * rise(step, warmup)
                : end + (base - end) * Math.pow(Math.max(0, 1 - progress(step, warmup, steps)), power);
    }

    /** Constant pieces: the factor of the first piece that ends after the step, {@code last} after all of them. */
    static LearningRate piecewise(double base, List<Piece> pieces, double last) {
        List<Piece> ordered = List.copyOf(pieces);
        return step -> base
                * ordered.stream()
                        .filter(piece -> step < piece.end())
                        .mapToDouble(Piece::factor)
                        .findFirst()
                        .orElse(last);
    }

    /**
     * @param factor on the base rate
     * @param end    first step that is no longer in the piece
     */
    record Piece(double factor, int end) {}

    private static double rise(int step, int warmup) {
        return step < warmup ? (double) step / warmup : 1;
    }

    private static double progress(int step, int warmup, int steps) {
        return (double) (step - warmup) / Math.max(1, steps - warmup);
    }

    private static double wave(double progress) {
        return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
