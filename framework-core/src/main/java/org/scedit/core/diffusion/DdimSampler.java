package org.scedit.core.diffusion;

/**
 * DDIM (Song et al. 2020, arXiv:2010.02502, eq. 12 and 16):
 * <pre>
 * σ_t   = η · √((1−ᾱ_s)/(1−ᾱ_t)) · √(1−ᾱ_t/ᾱ_s)                  s: the next, less noisy timestep
 * x_s   = √ᾱ_s · x_0 + √(1−ᾱ_s−σ_t²) · ε + σ_t · z              z: fresh noise, drawn only if η &gt; 0
 * </pre>
 * As in diffusers, s is t − ⌊T/steps⌋ for every spacing, and past the last timestep ᾱ_s is 1 or ᾱ_0
 * ({@link SchedulerConfig#setAlphaToOne()}). It keeps no state between steps.
 */
public final class DdimSampler implements Sampler {
    private final NoiseSchedule schedule;
    private final double[] timesteps;
    private final double eta;

    /**
     * @param steps 1..T
     * @param eta   η: 0 for deterministic sampling, 1 for as much noise as DDPM
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public DdimSampler(NoiseSchedule schedule, int steps, double eta) {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta must be from 0 to 1, got " + eta);
        }
        this.schedule = schedule;
        this.timesteps = Timesteps.of(schedule.config(), steps);
        this.eta = eta;
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
        double nextAlphaBar = nextAlphaBar(timestep);
        Denoised denoised = Denoised.of(schedule.config(), alphaBar, modelOutput, sample);

        double variance = (1 - nextAlphaBar) / (1 - alphaBar) * (1 - alphaBar / nextAlphaBar);
        double sigma = eta * Math.sqrt(variance);
        double towardsOriginal = Math.sqrt(nextAlphaBar);
        double towardsSample = Math.sqrt(1 - nextAlphaBar - sigma * sigma);
        float[] fresh = eta > 0 ? noise.next(sample.length) : new float[sample.length];

        float[] next = new float[sample.length];
        for (int k = 0; k < next.length; k++) {
            next[k] = (float)
                    (towardsOriginal * denoised.original()[k] + towardsSample * denoised.noise()[k] + sigma * fresh[k]);
        }
        return new Result(next, denoised.original());
    }

    private double nextAlphaBar(int timestep) {
        int next = timestep - schedule.timesteps() / timesteps.length;
        if (next >= 0) {
            return schedule.alphaBar(next);
        }
        return schedule.config().setAlphaToOne() ? 1 : schedule.alphaBar(0);
    }
}
