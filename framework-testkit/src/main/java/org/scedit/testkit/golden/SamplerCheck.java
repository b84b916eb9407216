package org.scedit.testkit.golden;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.NoiseSource;
import org.scedit.core.diffusion.Sampler;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.diffusion.SigmaSampler;

/** The sampler that a file configures, on the fake model {@code 0.3 x + 0.1 sin(t / 100)}: timesteps, every sample and every predicted x_0. */
final class SamplerCheck implements GoldenCheck {
    /** Tolerance of fractional timesteps, relative to 1000. */
    private static final double FRACTION = 1e-6;

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject settings = goldenCase.settings();
        SchedulerConfig config = SchedulerConfig.read(goldenCase.file("scheduler_config.json"));
        Sampler sampler = sampler(settings, config);
        schedule(goldenCase, io, new NoiseSchedule(config), sampler);

        float[] timesteps = PerSample.floats(sampler.timesteps());
        goldenCase.relativeToLargest(io, "out.timesteps", fractional(timesteps) ? FRACTION : 0, timesteps);
        if (sampler instanceof SigmaSampler bySigma) {
            goldenCase.output(io, "out.sigmas", PerSample.floats(bySigma.sigmas()));
        }
        goldenCase.output(io, "out.init_noise_sigma", (float) sampler.initNoiseSigma());
        float[] sample = io.floats("in.initial_noise");
        for (int k = 0; k < sample.length; k++) {
            sample[k] *= (float) sampler.initNoiseSigma();
        }
        var draws = new AtomicInteger();
        for (int i = 0; i < sampler.timesteps().length; i++) {
            float[] input = sampler.scaleModelInput(sample, i);
            goldenCase.output(io, "out.model_input." + i, input);
            String noise = "in.noise." + i;
            NoiseSource recorded = length -> {
                draws.incrementAndGet();
                return io.floats(noise);
            };
            Sampler.Result result = sampler.step(fakeModel(input, sampler.timesteps()[i]), i, sample, recorded);
            sample = result.sample();
            goldenCase.output(io, "out.sample." + i, sample);
            for (String name : List.of("out.pred_x0.", "out.denoised.")) {
                if (io.has(name + i)) {
                    goldenCase.output(io, name + i, result.predictedOriginal());
                }
            }
        }
        goldenCase.equal(
                "draws of noise", draws.get(), settings.get("noise_draws").getAsInt());
    }

    private static boolean fractional(float[] timesteps) {
        for (float timestep : timesteps) {
            if (timestep != Math.rint(timestep)) {
                return true;
            }
        }
        return false;
    }

    /** With the configuration as it is in the file. */
    private static Sampler sampler(JsonObject settings, SchedulerConfig config) {
        JsonObject step = settings.getAsJsonObject("step_kwargs");
        return Sampling.asIs(
                        config,
                        settings.get("steps").getAsInt(),
                        step.has("eta") ? step.get("eta").getAsDouble() : 0)
                .sampler(config);
    }

    private static void schedule(GoldenCase goldenCase, Tensors io, NoiseSchedule schedule, Sampler sampler) {
        float[] alphaBars = new float[schedule.timesteps()];
        for (int t = 0; t < alphaBars.length; t++) {
            alphaBars[t] = (float) schedule.alphaBar(t);
        }
        goldenCase.output(io, "out.alphas_cumprod", alphaBars);
        float[] original = io.floats("add.in.x0");
        float[] noise = io.floats("add.in.noise");
        float[] timesteps = io.floats("add.in.timesteps");
        int size = original.length / timesteps.length;
        PerSample.Function addNoise = sampler instanceof SigmaSampler
                ? (x, e, i) -> sampler.addNoise(x, e, visit(sampler, timesteps[i]))
                : (x, e, i) -> schedule.addNoise(x, e, (int) timesteps[i]);
        goldenCase.output(io, "add.out", PerSample.map(original, noise, size, addNoise));
        if (io.has("velocity.out")) {
            long[] velocities = io.longs("velocity.in.timesteps");
            goldenCase.output(
                    io,
                    "velocity.out",
                    PerSample.map(original, noise, size, (x, e, i) -> schedule.velocity(x, e, (int) velocities[i])));
        }
    }

    /** Where a sampler visits a timestep; the second time, of one that is visited twice. */
    private static int visit(Sampler sampler, float timestep) {
        double[] timesteps = sampler.timesteps();
        int[] visits = IntStream.range(0, timesteps.length)
                .filter(i -> Math.abs(timesteps[i] - timestep) < 1e-3)
                .toArray();
        return visits[Math.min(1, visits.length - 1)];
    }

    private static float[] fakeModel(float[] x, double timestep) {
        float[] output = new float[x.length];
        for (int k = 0; k < x.length; k++) {
            output[k] = (float) (0.3 * x[k] + 0.1 * Math.sin(timestep / 100));
        }
        return output;
    }
}
