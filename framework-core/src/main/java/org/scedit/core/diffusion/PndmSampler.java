package org.scedit.core.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.scedit.core.UserException;

/**
 * Pseudo numerical methods for diffusion models (Liu et al. 2022, arXiv:2202.09778): a linear multistep method on ε,
 * with DDIM's step as the transfer from timestep t to s (eq. 11):
 * <pre>
 * ε' = (55 ε_t − 59 ε_{t+δ} + 37 ε_{t+2δ} − 9 ε_{t+3δ}) / 24             eq. 12;  δ = ⌊T/steps⌋,  s = t − δ
 * x_s = √(ᾱ_s/ᾱ_t) · x_t − (ᾱ_s − ᾱ_t) · ε' / (ᾱ_t·√(1−ᾱ_s) + √(ᾱ_t·(1−ᾱ_t)·ᾱ_s))
 * </pre>
 * The first three steps are Runge-Kutta's with four model outputs each (eq. 13), or, as in Stable Diffusion
 * ({@link SchedulerConfig#skipPrkSteps()}), multistep methods of lower order after a first step that is taken twice.
 * For a model of velocity or x_0 it is that which is combined, as in diffusers, and the order is lost.
 */
public final class PndmSampler implements Sampler {
    private static final double[][] ADAMS_BASHFORTH = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };
    /** Model outputs of the three steps that are Runge-Kutta's. */
    private static final int RUNGE_KUTTA = 3 * 4;

    private final NoiseSchedule schedule;
    private final int stride;
    private final double[] timesteps;
    private final int rungeKutta;

    /** Model outputs of the last steps, newest first. */
    private final List<float[]> outputs = new ArrayList<>();
    /** Where the step began that takes several model outputs. */
    private float[] start;
    /** The combined model output of a Runge-Kutta step so far. */
    private WeightedSum combined;

    /**
     * @param steps 1..T, at least 4 with Runge-Kutta steps
     * @throws UserException if {@code steps} is out of range, or the noisiest timestep holds nothing of the picture
     */
    public PndmSampler(NoiseSchedule schedule, int steps) {
        SchedulerConfig config = schedule.config();
        double[] once = Timesteps.of(config, steps);
        if (schedule.alphaBar((int) once[0]) == 0) {
            throw new UserException("sampler pndm cannot start from pure noise (rescale_betas_zero_snr with timestep "
                    + (int) once[0] + "); use ddim or euler");
        }
        if (!config.skipPrkSteps() && steps < 4) {
            throw new UserException("sampler pndm with skip_prk_steps false needs at least 4 steps, got " + steps);
        }
        this.schedule = schedule;
        stride = schedule.timesteps() / steps;
        rungeKutta = config.skipPrkSteps() ? 0 : RUNGE_KUTTA;
        timesteps = config.skipPrkSteps() ? secondTwice(once) : withRungeKutta(once);
    }

    private static double[] secondTwice(double[] once) {
        return IntStream.range(0, once.length == 1 ? 1 : once.length + 1)
                .mapToDouble(i -> once[i < 2 ? i : i - 1])
                .toArray();
    }

    /** Four evaluations a step: at its beginning, twice half way and at its end. */
    private double[] withRungeKutta(double[] once) {
        DoubleStream first = IntStream.range(0, 3).boxed().flatMapToDouble(step -> {
            double halfWay = once[step + 1] + stride / 2;
            return DoubleStream.of(once[step], halfWay, halfWay, once[step + 1]);
        });
        return DoubleStream.concat(first, DoubleStream.of(once).skip(3)).toArray();
    }

    @Override
    public double[] timesteps() {
        return timesteps.clone();
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        if (i < rungeKutta) {
            return rungeKutta(modelOutput, i, sample);
        }
        int timestep = (int) timesteps[i];
        if (rungeKutta == 0 && i == 1) {
            float[] mean =
                    WeightedSum.of(0.5, modelOutput).plus(0.5, outputs.get(0)).floats();
            return transfer(start, timestep + stride, timestep, mean);
        }
        start = sample;
        remember(modelOutput);
        double[] weights = ADAMS_BASHFORTH[outputs.size() - 1];
        WeightedSum sum = WeightedSum.of(weights[0], outputs.get(0));
        for (int k = 1; k < weights.length; k++) {
            sum.plus(weights[k], outputs.get(k));
        }
        return transfer(sample, timestep, timestep - stride, sum.floats());
    }

    private Result rungeKutta(float[] modelOutput, int i, float[] sample) {
        int stage = i % 4;
        int from = (int) timesteps[i - stage];
        int next = (int) timesteps[i] - (stage % 2 == 0 ? stride / 2 : 0);
        switch (stage) {
            case 0 -> {
                start = sample;
                remember(modelOutput);
                combined = WeightedSum.of(1 / 6.0, modelOutput);
            }
            case 1, 2 -> combined.plus(1 / 3.0, modelOutput);
            default -> {
                return transfer(
                        start, from, next, combined.plus(1 / 6.0, modelOutput).floats());
            }
        }
        return transfer(start, from, next, modelOutput);
    }

    private void remember(float[] modelOutput) {
        outputs.add(0, modelOutput.clone());
        if (outputs.size() > ADAMS_BASHFORTH.length) {
            outputs.remove(ADAMS_BASHFORTH.length);
        }
    }

    private Result transfer(float[] sample, int timestep, int next, float[] modelOutput) {
        double alphaBar = schedule.alphaBar(timestep);
        double nextAlphaBar =
                next >= 0 ? schedule.alphaBar(next) : schedule.config().setAlphaToOne() ? 1 : schedule.alphaBar(0);
        Denoised denoised = Denoised.of(schedule.config(), alphaBar, modelOutput, sample);
        double denominator =
                alphaBar * Math.sqrt(1 - nextAlphaBar) + Math.sqrt(alphaBar * (1 - alphaBar) * nextAlphaBar);
        float[] x = WeightedSum.of(Math.sqrt(nextAlphaBar / alphaBar), sample)
                .plus((alphaBar - nextAlphaBar) / denominator, denoised.noise())
                .floats();
        return new Result(x, denoised.original());
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return schedule.addNoise(original, noise, (int) timesteps[i]);
    }

    /** One that begins later starts with the first-order step, once, and without Runge-Kutta where that would be over. */
    @Override
    public int begin(int skipped) {
        if (rungeKutta > 0) {
            return skipped < 3 ? 4 * skipped : RUNGE_KUTTA + skipped - 3;
        }
        return skipped == 0 ? 0 : skipped + 1;
    }
}
