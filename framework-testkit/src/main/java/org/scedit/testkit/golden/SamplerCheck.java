package org.scedit.testkit.golden;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.scedit.core.diffusion.DdimSampler;
import org.scedit.core.diffusion.DdpmSampler;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.NoiseSource;
import org.scedit.core.diffusion.Sampler;
import org.scedit.core.diffusion.SchedulerConfig;

/** A sampler on the fake model {@code 0.3 x + 0.1 sin(t / 100)}: timesteps, every sample and every predicted x_0. */
final class SamplerCheck implements GoldenCheck {
    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject settings = goldenCase.settings();
        var schedule = new NoiseSchedule(SchedulerConfig.read(goldenCase.file("scheduler_config.json")));
        Sampler sampler = sampler(goldenCase.name(), settings, schedule);
        schedule(goldenCase, io, schedule);

        goldenCase.relativeToLargest(io, "out.timesteps", 0, PerSample.floats(sampler.timesteps()));
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
            if (io.has("out.pred_x0." + i)) {
                goldenCase.output(io, "out.pred_x0." + i, result.predictedOriginal());
            }
        }
        goldenCase.equal(
                "draws of noise", draws.get(), settings.get("noise_draws").getAsInt());
    }

    private static Sampler sampler(String name, JsonObject settings, NoiseSchedule schedule) {
        int steps = settings.get("steps").getAsInt();
        if (name.startsWith("schedulers/ddpm-")) {
            return new DdpmSampler(schedule, steps);
        }
        JsonObject step = settings.getAsJsonObject("step_kwargs");
        return new DdimSampler(
                schedule, steps, step.has("eta") ? step.get("eta").getAsDouble() : 0);
    }

    private static void schedule(GoldenCase goldenCase, Tensors io, NoiseSchedule schedule) {
        float[] alphaBars = new float[schedule.timesteps()];
        for (int t = 0; t < alphaBars.length; t++) {
            alphaBars[t] = (float) schedule.alphaBar(t);
        }
        goldenCase.output(io, "out.alphas_cumprod", alphaBars);
        float[] original = io.floats("add.in.x0");
        float[] noise = io.floats("add.in.noise");
        float[] timesteps = io.floats("add.in.timesteps");
        long[] velocities = io.longs("velocity.in.timesteps");
        int size = original.length / timesteps.length;
        goldenCase.output(
                io,
                "add.out",
                PerSample.map(original, noise, size, (x, e, i) -> schedule.addNoise(x, e, (int) timesteps[i])));
        goldenCase.output(
                io,
                "velocity.out",
                PerSample.map(original, noise, size, (x, e, i) -> schedule.velocity(x, e, (int) velocities[i])));
    }

    private static float[] fakeModel(float[] x, double timestep) {
        float[] output = new float[x.length];
        for (int k = 0; k < x.length; k++) {
            output[k] = (float) (0.3 * x[k] + 0.1 * Math.sin(timestep / 100));
        }
        return output;
    }
}
