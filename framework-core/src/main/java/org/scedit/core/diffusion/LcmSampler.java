package org.scedit.core.diffusion;

import java.util.stream.IntStream;
import org.scedit.core.UserException;

/**
 * Multistep sampling of a latent consistency model (Luo et al. 2023, arXiv:2310.04378, algorithm 3): jump to the clean
 * sample, add noise again, jump from there.
 * <pre>
 * f(x, t) = c_skip · x + c_out · x_0          τ = timestep_scaling · t,  σ_d = 0.5
 * c_skip  = σ_d²/(τ² + σ_d²),   c_out = τ/√(τ² + σ_d²)
 * x_s     = √ᾱ_s · f + √(1−ᾱ_s) · z           no noise after the last step
 * </pre>
 * Timesteps are some of those of the teacher, whatever the spacing. It keeps no state between steps.
 */
public final class LcmSampler implements Sampler {
    private static final double DATA_DEVIATION = 0.5;

    private final NoiseSchedule schedule;
    private final double[] timesteps;

    /**
     * @param steps 1 to the teacher's steps
     * @throws UserException if {@code steps} is out of range, or the teacher had more steps than there are timesteps
     */
    public LcmSampler(NoiseSchedule schedule, int steps) {
        int teacher = schedule.config().lcm().originalSteps();
        if (teacher > schedule.timesteps()) {
            throw new UserException("original_inference_steps of the model's scheduler_config.json, " + teacher
                    + ", must be at most its " + schedule.timesteps() + " noise levels");
        }
        if (steps < 1 || steps > teacher) {
            throw new UserException("sampler lcm takes from 1 to " + teacher
                    + " steps (original_inference_steps of the model's scheduler), got " + steps);
        }
        this.schedule = schedule;
        int stride = schedule.timesteps() / teacher;
        timesteps = IntStream.range(0, steps)
                .map(i -> (int) Math.floor(i * ((double) teacher / steps)))
                .mapToDouble(skipped -> (teacher - skipped) * stride - 1)
                .toArray();
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        int timestep = (int) timesteps[i];
        float[] original = Denoised.of(schedule.config(), schedule.alphaBar(timestep), modelOutput, sample)
                .original();
        double scaled = timestep * schedule.config().lcm().timestepScaling();
        double variance = DATA_DEVIATION * DATA_DEVIATION;
        float[] consistent = WeightedSum.of(variance / (scaled * scaled + variance), sample)
                .plus(scaled / Math.sqrt(scaled * scaled + variance), original)
                .floats();
        boolean last = i == timesteps.length - 1;
        return new Result(last ? consistent : addNoise(consistent, noise.next(sample.length), i + 1), consistent);
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return schedule.addNoise(original, noise, (int) timesteps[i]);
    }
}
