package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.AddedConditions;
import org.scedit.api.FeaturePoint;
import org.scedit.api.SkipPoint;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.Hooks;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;

/** A U-Net: output, every skip, middle, loss and gradients; and a velocity model's training target. */
final class UNetCheck implements GoldenCheck {
    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        for (String file : List.of("io.safetensors", "io_odd.safetensors")) {
            if (file.equals("io.safetensors") || goldenCase.has(file)) {
                check(goldenCase, goldenCase.tensors(file));
            }
        }
        if (goldenCase.has("vpred.safetensors")) {
            velocity(goldenCase, goldenCase.tensors("vpred.safetensors"));
        }
    }

    private static void check(GoldenCase goldenCase, Tensors io) {
        try (NDManager manager = Torch.newManager()) {
            UNet unet = Models.unet(goldenCase, "", manager);
            NDArray sample = io.array(manager, "in.sample");
            TextCondition text = text(io, manager);
            float[] timesteps = io.timesteps("in.timestep");

            var recorder = new Recorder();
            goldenCase.output(io, "out.sample", unet.forward(sample, timesteps, text, Precision.FLOAT32, recorder));
            recorder.skips.forEach((index, skip) -> goldenCase.output(io, "out.skip." + index, skip));
            goldenCase.output(io, "out.mid", recorder.middle);

            Map<String, NDArray> watched = new LinkedHashMap<>();
            for (String name : io.below("grad.")) {
                NDArray array = name.equals("in.sample")
                        ? sample
                        : unet.parameters().get(name).value();
                array.setRequiresGradient(true);
                watched.put(name, array);
            }
            try (Autograd autograd = Autograd.record()) {
                NDArray output = unet.forward(sample, timesteps, text, Precision.FLOAT32, Hooks.NONE);
                goldenCase.output(io, "out.sample_fp64_rounded", output);
                NDArray loss = new Ops().meanSquare(output, io.array(manager, "in.target"));
                goldenCase.output(io, "out.loss", loss.getFloat());
                autograd.backward(loss);
            }
            watched.forEach((name, array) -> goldenCase.gradient(io, "grad." + name, array));
        }
    }

    /** Text states, and Stable Diffusion XL's additions where the case has some. */
    private static TextCondition text(Tensors io, NDManager manager) {
        NDArray states = io.array(manager, "in.encoder_hidden_states");
        return io.has("in.text_embeds")
                ? new TextCondition(
                        states,
                        Optional.of(new AddedConditions(io.array(manager, "in.text_embeds"), io.floats("in.time_ids"))))
                : TextCondition.of(states);
    }

    private static void velocity(GoldenCase goldenCase, Tensors io) {
        var schedule = new NoiseSchedule(SchedulerConfig.read(goldenCase.file("scheduler/scheduler_config.json")));
        try (NDManager manager = Torch.newManager()) {
            UNet unet = Models.unet(goldenCase, "", manager);
            float[] latents = io.floats("in.latents");
            float[] noise = io.floats("in.noise");
            long[] timesteps = io.longs("in.timestep");
            int size = latents.length / timesteps.length;
            float[] noisy =
                    PerSample.map(latents, noise, size, (x, e, i) -> schedule.addNoise(x, e, (int) timesteps[i]));
            goldenCase.output(io, "out.noisy", noisy);
            goldenCase.output(
                    io,
                    "out.velocity",
                    PerSample.map(latents, noise, size, (x, e, i) -> schedule.target(x, e, (int) timesteps[i])));
            NDArray text = io.array(manager, "in.encoder_hidden_states");
            goldenCase.output(
                    io,
                    "out.sample",
                    unet.forward(
                            Torch.of(manager, noisy, io.shape("in.latents")),
                            io.timesteps("in.timestep"),
                            text,
                            Precision.FLOAT32,
                            Hooks.NONE));
            try (var tuned = new TunedUNet(unet, Precision.FLOAT32)) {
                var objective = TrainingCheck.objective(tuned, schedule, List.of(), 0);
                NDArray loss = objective.loss(
                        0,
                        io.array(manager, "in.latents"),
                        io.array(manager, "in.noise"),
                        PerSample.integers(timesteps),
                        TextCondition.of(text),
                        manager);
                goldenCase.output(io, "out.loss", loss.getFloat());
            }
        }
    }

    /** Copies what passes the hook points of the base model. */
    static final class Recorder implements Hooks {
        /** By encoder index. */
        final Map<Integer, float[]> skips = new LinkedHashMap<>();

        /** The mid block's output. */
        float[] middle;

        @Override
        public NDArray skip(SkipPoint point, NDArray skip) {
            skips.put(point.encoderIndex(), Torch.floats(skip));
            return skip;
        }

        @Override
        public NDArray feature(FeaturePoint point, NDArray feature) {
            if (point.name().equals(FeaturePoint.MID_BLOCK)) {
                middle = Torch.floats(feature);
            }
            return feature;
        }
    }
}
