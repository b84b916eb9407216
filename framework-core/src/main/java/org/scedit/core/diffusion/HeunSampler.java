package org.scedit.core.diffusion;

/**
 * Heun's method on the probability-flow equation (Karras et al. 2022, arXiv:2206.00364, algorithm 1 with x_0 + σ·ε as
 * samples): Euler's step, then again with the mean of the slopes at both ends.
 * <pre>
 * d  = (x − x_0(x; σ)) / σ,      x̃' = x + (σ' − σ) · d
 * d' = (x̃' − x_0(x̃'; σ')) / σ',  x' = x + (σ' − σ) · (d + d')/2        not for σ' = 0
 * </pre>
 * Each step is two timesteps, the last is one.
 */
public final class HeunSampler implements SigmaSampler {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final Sigmas sigmas;

    private float[] start;
    private float[] slope;

    /**
     * @param steps 1..T
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public HeunSampler(NoiseSchedule schedule, int steps) {
        this.schedule = schedule;
        Sigmas once = Sigmas.fractional(schedule, steps, schedule.config().sigmas());
        timesteps = new double[2 * steps - 1];
        double[] twice = new double[2 * steps];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = once.timesteps()[(i + 1) / 2];
            twice[i] = once.values()[(i + 1) / 2];
        }
        twice[timesteps.length] = once.values()[once.values().length - 1];
        sigmas = new Sigmas(timesteps, twice);
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public double[] sigmas() {
        return sigmas.values().clone();
    }

    @Override
    public double initNoiseSigma() {
        return EulerSampler.initNoiseSigma(schedule, sigmas.most());
    }

    @Override
    public float[] scaleModelInput(float[] sample, int i) {
        return WeightedSum.of(sigmas.alpha(i), sample).floats();
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        double sigma = sigmas.values()[i];
        float[] original = Denoised.of(schedule.config(), sigmas.alphaBar(i), modelOutput, scaleModelInput(sample, i))
                .original();
        float[] here =
                WeightedSum.of(1 / sigma, sample).plus(-1 / sigma, original).floats();
        if (i % 2 == 0) {
            start = sample.clone();
            slope = here;
            double far = sigmas.values()[i + 1] - sigma;
            return new Result(WeightedSum.of(1, sample).plus(far, here).floats(), original);
        }
        double far = sigma - sigmas.values()[i - 1];
        return new Result(
                WeightedSum.of(1, start)
                        .plus(far / 2, slope)
                        .plus(far / 2, here)
                        .floats(),
                original);
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return WeightedSum.of(1, original).plus(sigmas.values()[i], noise).floats();
    }

    @Override
    public int begin(int skipped) {
        return 2 * skipped;
    }
}
