package org.scedit.core.diffusion;

import org.scedit.core.diffusion.SchedulerConfig.VarianceType;

/**
 * DDPM's ancestral sampling (Ho et al. 2020, arXiv:2006.11239, eq. 6 and 7), between any two timesteps t and s &lt; t:
 * <pre>
 * α   = ᾱ_t / ᾱ_s,   β = 1 − α
 * μ   = √ᾱ_s·β/(1−ᾱ_t) · x_0 + √α·(1−ᾱ_s)/(1−ᾱ_t) · x_t
 * x_s = μ + √variance · z        variance: β·(1−ᾱ_s)/(1−ᾱ_t) (fixed_small) or β (fixed_large);  no noise at t = 0
 * </pre>
 * s is the next timestep visited; after the last one ᾱ_s is 1. It keeps no state between steps.
 */
public final class DdpmSampler implements Sampler {
    /** Keeps the standard deviation above 0 where the next sample is certain. */
    private static final double LEAST_VARIANCE = 1e-20;

    private final NoiseSchedule schedule;
    private final double[] timesteps;

    /**
     * @param steps 1..T
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public DdpmSampler(NoiseSchedule schedule, int steps) {
        this.schedule = schedule;
        this.timesteps = Timesteps.of(schedule.config(), steps);
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return schedule.addNoise(original, noise, (int) timesteps[i]);
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        int timestep = (int) timesteps[i];
        double alphaBar = schedule.alphaBar(timestep);
        double nextAlphaBar = i + 1 < timesteps.length ? schedule.alphaBar((int) timesteps[i + 1]) : 1;
        double alpha = alphaBar / nextAlphaBar;
        double beta = 1 - alpha;
        Denoised denoised = Denoised.of(schedule.config(), alphaBar, modelOutput, sample);

        double towardsOriginal = Math.sqrt(nextAlphaBar) * beta / (1 - alphaBar);
        double towardsSample = Math.sqrt(alpha) * (1 - nextAlphaBar) / (1 - alphaBar);
        double variance = schedule.config().varianceType() == VarianceType.FIXED_LARGE
                ? beta
                : Math.max(LEAST_VARIANCE, (1 - nextAlphaBar) / (1 - alphaBar) * beta);
        double sigma = timestep > 0 ? Math.sqrt(variance) : 0;
        float[] fresh = timestep > 0 ? noise.next(sample.length) : new float[sample.length];

        float[] next = new float[sample.length];
        for (int k = 0; k < next.length; k++) {
            next[k] = (float) (towardsOriginal * denoised.original()[k] + towardsSample * sample[k] + sigma * fresh[k]);
        }
        return new Result(next, denoised.original());
    }
}
