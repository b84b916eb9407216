package org.scedit.core.diffusion;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

/**
 * The noise levels σ = √((1−ᾱ)/ᾱ) that a sampler visits, and the timesteps the model is told at them.
 *
 * @param timesteps noisiest first
 * @param values    σ of each, and what the last step leads to
 */
record Sigmas(double[] timesteps, double[] values) {
    /** ρ of Karras et al. 2022, table 1. */
    private static final double RHO = 7;
    /** ᾱ in place of 0 where the noisiest level holds nothing of the picture, whose σ is infinite. */
    private static final double LEAST_ALPHA_BAR = 0x1p-24;

    /** Those of Euler and Heun: fractional timesteps, {@code linspace} and Karras' spacing from the first to the last. */
    static Sigmas fractional(NoiseSchedule schedule, int steps, SigmaConfig config) {
        float[] all = all(schedule);
        double[] timesteps = Timesteps.fractional(schedule.config(), steps);
        double[] sigmas = config.logLinear()
                ? even(Math.log(all[all.length - 1]), Math.log(all[0]), steps + 1, Math::exp)
                : at(timesteps, all);
        if (config.spacing() != SigmaConfig.Spacing.TIMESTEPS) {
            sigmas = spaced(config, sigmas[0], sigmas[sigmas.length - 1], steps);
            timesteps = timesteps(sigmas, all, DoubleUnaryOperator.identity());
        }
        if (config.continuous() && schedule.config().predictionType() == PredictionType.V_PREDICTION) {
            timesteps = Arrays.stream(sigmas)
                    .limit(steps)
                    .map(sigma -> Math.log(sigma) / 4)
                    .toArray();
        }
        return new Sigmas(timesteps, with(last(config, all[0]), sigmas));
    }

    /**
     * Those of DPM-Solver and UniPC: whole timesteps, {@code leading} and {@code linspace} for one step more than
     * asked, Karras' spacing over all noise levels.
     *
     * @param whole how the timestep of a σ of Karras' spacing becomes a whole one; that of other spacings is cut off
     */
    static Sigmas whole(NoiseSchedule schedule, int steps, DoubleUnaryOperator whole) {
        SigmaConfig config = schedule.config().sigmas();
        float[] all = all(schedule);
        if (config.spacing() == SigmaConfig.Spacing.TIMESTEPS) {
            // λ = −log σ; those below the bound are left out
            int count = (int) IntStream.range(0, all.length)
                    .filter(t -> -Math.log(all[t]) >= config.leastLogSignal())
                    .count();
            double[] timesteps = Timesteps.ofOneMore(schedule.config(), count, steps);
            return new Sigmas(timesteps, with(last(config, all[0]), at(timesteps, all)));
        }
        double[] sigmas = spaced(config, all[all.length - 1], all[0], steps);
        boolean rounded = config.spacing() == SigmaConfig.Spacing.KARRAS || config.spacing() == SigmaConfig.Spacing.LU;
        double[] timesteps = timesteps(sigmas, all, rounded ? whole : Math::floor);
        return new Sigmas(timesteps, with(last(config, sigmas[sigmas.length - 1]), sigmas));
    }

    /** Largest σ. */
    double most() {
        return values[0];
    }

    /** log(α/σ) = −log σ, the variable of DPM-Solver and UniPC; infinite for a clean sample. */
    double lambda(int i) {
        return -Math.log(values[i]);
    }

    /** √ᾱ, the share of the picture. */
    double alpha(int i) {
        return 1 / Math.sqrt(1 + values[i] * values[i]);
    }

    /** √(1−ᾱ), the share of the noise. */
    double sigma(int i) {
        return values[i] * alpha(i);
    }

    /** ᾱ at a noise level. */
    double alphaBar(int i) {
        return 1 / (1 + values[i] * values[i]);
    }

    /** Of every timestep, in single precision as torch keeps them: where σ lies between two depends on the last bit. */
    private static float[] all(NoiseSchedule schedule) {
        float[] sigmas = new float[schedule.timesteps()];
        for (int t = 0; t < sigmas.length; t++) {
            boolean nothingLeft = schedule.config().rescaleBetasZeroSnr() && t == sigmas.length - 1;
            float alphaBar = (float) (nothingLeft ? LEAST_ALPHA_BAR : schedule.alphaBar(t));
            sigmas[t] = (float) Math.sqrt((1 - alphaBar) / alphaBar);
        }
        return sigmas;
    }

    private static double[] at(double[] timesteps, float[] all) {
        return Arrays.stream(timesteps)
                .map(t -> {
                    int below = Math.min((int) t, all.length - 1);
                    int above = Math.min(below + 1, all.length - 1);
                    return all[below] + (t - below) * ((double) all[above] - all[below]);
                })
                .toArray();
    }

    private static double[] spaced(SigmaConfig config, double first, double last, int steps) {
        double most = config.most().orElse(first);
        double least = config.least().orElse(last);
        return switch (config.spacing()) {
            case TIMESTEPS -> throw new IllegalStateException("these are taken at the timesteps");
            case KARRAS -> even(Math.pow(most, 1 / RHO), Math.pow(least, 1 / RHO), steps, x -> Math.pow(x, RHO));
            case EXPONENTIAL -> even(Math.log(most), Math.log(least), steps, Math::exp);
            case LU -> even((float) Math.log(most), (float) Math.log(least), steps, Math::exp);
            case BETA -> even(1, 0, steps, x -> least + BetaQuantile.of(x) * (most - least));
        };
    }

    private static double[] even(double first, double last, int count, DoubleUnaryOperator inverse) {
        return IntStream.range(0, count)
                .mapToDouble(i -> count == 1 ? first : first + (last - first) * ((double) i / (count - 1)))
                .map(inverse)
                .toArray();
    }

    /** Where each σ lies between those of the timesteps, linear in log σ. */
    private static double[] timesteps(double[] sigmas, float[] all, DoubleUnaryOperator whole) {
        float[] logs = new float[all.length];
        for (int t = 0; t < logs.length; t++) {
            logs[t] = (float) Math.log(all[t]);
        }
        return Arrays.stream(sigmas)
                .map(sigma -> timestep(Math.log(Math.max(sigma, 1e-10)), logs))
                .map(whole)
                .toArray();
    }

    private static double timestep(double log, float[] logs) {
        int below = 0;
        while (below < logs.length - 2 && logs[below + 1] <= log) {
            below++;
        }
        double share = (logs[below] - log) / (logs[below] - logs[below + 1]);
        return below + Math.max(0, Math.min(1, share));
    }

    private static double last(SigmaConfig config, double cleanest) {
        return config.last() == SigmaConfig.Last.ZERO ? 0 : cleanest;
    }

    private static double[] with(double last, double[] sigmas) {
        double[] longer = Arrays.copyOf(sigmas, sigmas.length + 1);
        longer[sigmas.length] = last;
        for (int i = 0; i < longer.length; i++) {
            longer[i] = (float) longer[i];
        }
        return longer;
    }
}
