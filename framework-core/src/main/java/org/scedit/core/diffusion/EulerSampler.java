package org.scedit.core.diffusion;

import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

/**
 * Euler's method on the probability-flow equation in noise levels (Karras et al. 2022, arXiv:2206.00364, algorithm 2
 * without churn; samples are x_0 + σ·ε):
 * <pre>
 * dx/dσ = (x − x_0(x; σ)) / σ
 * x'    = x + (σ' − σ) · dx/dσ
 * </pre>
 * The ancestral variant goes further down and adds the noise that leads back up to σ':
 * <pre>
 * σ_up = σ'/σ · √(σ² − σ'²),   σ_down = √(σ'² − σ_up²)
 * x'   = x + (σ_down − σ) · dx/dσ + σ_up · z
 * </pre>
 * It keeps no state between steps.
 */
public final class EulerSampler implements SigmaSampler {
    private final NoiseSchedule schedule;
    private final Sigmas sigmas;
    private final boolean ancestral;

    private EulerSampler(NoiseSchedule schedule, Sigmas sigmas, boolean ancestral) {
        this.schedule = schedule;
        this.sigmas = sigmas;
        this.ancestral = ancestral;
    }

    /**
     * Without noise on the way.
     *
     * @param steps 1..T
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public static EulerSampler deterministic(NoiseSchedule schedule, int steps) {
        SigmaConfig config = schedule.config().sigmas();
        return new EulerSampler(schedule, Sigmas.fractional(schedule, steps, config), false);
    }

    /** With noise on the way, at the timesteps' own noise levels; arguments as {@link #deterministic}. */
    public static EulerSampler ancestral(NoiseSchedule schedule, int steps) {
        return new EulerSampler(schedule, Sigmas.fractional(schedule, steps, SigmaConfig.DEFAULT), true);
    }

    @Override
    public double[] timesteps() {
        return sigmas.timesteps().clone();
    }

    @Override
    public double[] sigmas() {
        return sigmas.values().clone();
    }

    @Override
    public double initNoiseSigma() {
        return initNoiseSigma(schedule, sigmas.most());
    }

    /** Spread of x_0 + σ·ε where the noisiest level still holds some of the picture, of unit spread; else of σ·ε. */
    static double initNoiseSigma(NoiseSchedule schedule, double most) {
        boolean someLeft = schedule.config().timestepSpacing() == TimestepSpacing.LEADING;
        return someLeft ? Math.sqrt(most * most + 1) : most;
    }

    @Override
    public float[] scaleModelInput(float[] sample, int i) {
        return WeightedSum.of(sigmas.alpha(i), sample).floats();
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        double sigma = sigmas.values()[i];
        double next = sigmas.values()[i + 1];
        float[] original = Denoised.of(schedule.config(), sigmas.alphaBar(i), modelOutput, scaleModelInput(sample, i))
                .original();
        double up = ancestral ? next / sigma * Math.sqrt(sigma * sigma - next * next) : 0;
        double down = Math.sqrt(next * next - up * up);
        // x + (σ_down − σ) · (x − x_0)/σ
        WeightedSum x = WeightedSum.of(down / sigma, sample).plus(1 - down / sigma, original);
        return new Result((ancestral ? x.plus(up, noise.next(sample.length)) : x).floats(), original);
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return WeightedSum.of(1, original).plus(sigmas.values()[i], noise).floats();
    }
}
