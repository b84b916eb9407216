package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.core.diffusion.EmaDecay;
import org.scedit.core.diffusion.LearningRate;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;
import org.scedit.core.train.AdamW;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.Objective;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;
import org.scedit.core.train.Trainer;
import org.scedit.core.weights.SafetensorsFile;

/** A recorded training of an SC-Tuner or a LoRA, step by step, through {@link Trainer} and {@link DiffusionObjective}. */
final class TrainingCheck implements GoldenCheck {
    private static final double LOSS = 1e-4;
    private static final double WEIGHTS = 2e-3;
    private static final double RATE = 1e-6;
    private static final Pattern LORA = Pattern.compile("LoRA r=(\\d+) alpha=([\\d.]+) on ([\\w.,]+)");

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject document = goldenCase.settings();
        JsonObject settings = document.getAsJsonObject("settings");
        String base = document.get("base").getAsString().split(" ")[0] + "/";
        var initial = SafetensorsFile.open(goldenCase.file("initial.safetensors"));
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, base, manager), Precision.FLOAT32);
                TunerInstance tuner = tuner(document, unet.unet(), initial)) {
            unet.attach(tuner, 1);
            tuner.setTrainable(true);
            var schedule = new NoiseSchedule(SchedulerConfig.stableDiffusion()
                    .withPrediction(PredictionType.valueOf(
                            settings.get("prediction_type").getAsString().toUpperCase(Locale.ROOT))));
            double gamma = number(settings, "min_snr_gamma");
            List<Trainable> trainables = tuner.arrays().entrySet().stream()
                    .map(entry -> new Trainable(entry.getKey(), entry.getValue()))
                    .toList();
            var recorded =
                    new Recorded(io, objective(unet, schedule, trainables, gamma), number(settings, "noise_offset"));
            weights(goldenCase, io, schedule, gamma);
            firstGradients(goldenCase, io, recorded, settings, manager);
            train(goldenCase, io, recorded, settings, tuner.arrays());
        }
    }

    private static TunerInstance tuner(JsonObject document, UNet unet, SafetensorsFile initial) {
        JsonElement downRatio = document.getAsJsonObject("settings").get("tuner_down_ratio");
        return downRatio.isJsonNull()
                ? lora(document.get("reference").getAsString(), unet, initial)
                : ClassPathTuners.load("sc-tuner", unet, initial, "down_ratio: " + downRatio.getAsDouble());
    }

    /** Its settings are told in words only: {@code LoRA r=4 alpha=4 on to_q,to_k}. */
    private static TunerInstance lora(String reference, UNet unet, SafetensorsFile initial) {
        Matcher words = LORA.matcher(reference);
        if (!words.find()) {
            throw new AssertionError("the reference tells no rank, alpha and layers of a LoRA: " + reference);
        }
        return ClassPathTuners.load(
                "lora",
                unet,
                initial,
                "rank: " + words.group(1),
                "alpha: " + words.group(2),
                "targets: [" + words.group(3) + "]");
    }

    /** A null stands for off. */
    private static double number(JsonObject settings, String key) {
        return settings.get(key).isJsonNull() ? 0 : settings.get(key).getAsDouble();
    }

    /** The project's objective without a data set: only {@code loss} with given noise and timesteps may be asked. */
    static DiffusionObjective objective(
            TunedUNet unet, NoiseSchedule schedule, List<Trainable> trainables, double minSnrGamma) {
        return new DiffusionObjective(
                unet,
                schedule,
                null,
                trainables,
                new DiffusionObjective.Settings(minSnrGamma, 0, new TimestepSampling.Uniform(), false),
                0);
    }

    /** Signal-to-noise ratios and loss weights. */
    private static void weights(GoldenCase goldenCase, Tensors io, NoiseSchedule schedule, double gamma) {
        for (int batch = 0; io.has("out." + batch + ".snr"); batch++) {
            long[] timesteps = io.longs("in." + batch + ".timesteps");
            float[] ratios = new float[timesteps.length];
            float[] weights = new float[timesteps.length];
            for (int i = 0; i < timesteps.length; i++) {
                ratios[i] = (float) schedule.snr((int) timesteps[i]);
                weights[i] = (float) schedule.minSnrWeight((int) timesteps[i], gamma);
            }
            goldenCase.relative(io, "out." + batch + ".snr", LOSS, ratios);
            goldenCase.relative(io, "out." + batch + ".weights", LOSS, weights);
        }
    }

    /** The accumulated gradients of the first step, which the trainer does not show. */
    private static void firstGradients(
            GoldenCase goldenCase, Tensors io, Recorded recorded, JsonObject settings, NDManager manager) {
        int accumulate = settings.get("gradient_accumulation").getAsInt();
        for (int batch = 0; batch < accumulate; batch++) {
            try (Autograd autograd = Autograd.record()) {
                autograd.backward(recorded.loss(batch, manager), 1.0 / accumulate);
            }
        }
        for (Trainable trainable : recorded.trainables()) {
            NDArray gradient = trainable.value().getGradient();
            if (io.has("out.step0.grad." + trainable.name())) {
                goldenCase.l2(io, "out.step0.grad." + trainable.name(), GoldenCase.GRADIENT, gradient);
            }
            gradient.subi(gradient);
        }
        recorded.losses.clear();
    }

    private static void train(
            GoldenCase goldenCase, Tensors io, Recorded recorded, JsonObject settings, Map<String, NDArray> weights) {
        int steps = settings.get("steps").getAsInt();
        var losses = new float[steps];
        var norms = new float[steps];
        var rates = new float[steps];
        var decays = new float[steps];
        double decay = number(settings, "ema_decay");
        try (var trainer = new Trainer(recorded, trainer(settings))) {
            for (int step = 0; step < steps; step++) {
                Trainer.StepResult result = trainer.step();
                losses[step] = (float) result.loss();
                norms[step] = (float) result.gradientNorm();
                rates[step] = (float) result.learningRate();
                decays[step] = (float) EmaDecay.upTo(decay).at(step);
                if (step == 0) {
                    arrays(goldenCase, io, "out.after_step1.", weights);
                }
            }
            arrays(goldenCase, io, "out.final.", weights);
            arrays(goldenCase, io, "out.ema.", trainer.averages());
        }
        goldenCase.relative(io, "out.losses", LOSS, losses);
        goldenCase.relative(io, "out.micro_losses", LOSS, recorded.losses());
        goldenCase.relative(io, "out.grad_norms", GoldenCase.GRADIENT, norms);
        goldenCase.relative(io, "out.lrs", RATE, rates);
        if (decay > 0) {
            goldenCase.output(io, "out.ema_decays", RATE, decays);
        }
    }

    private static void arrays(GoldenCase goldenCase, Tensors io, String prefix, Map<String, NDArray> actual) {
        for (String name : io.below(prefix)) {
            goldenCase.l2(io, prefix + name, WEIGHTS, actual.get(name));
        }
    }

    private static Trainer.Settings trainer(JsonObject settings) {
        double base = settings.get("lr").getAsDouble();
        int warmup = settings.get("warmup_steps").getAsInt();
        String schedule = settings.get("lr_scheduler").getAsString();
        LearningRate rate =
                switch (schedule) {
                    case "constant" -> LearningRate.constant(base, warmup);
                    case "cosine" ->
                        LearningRate.cosine(base, warmup, settings.get("steps").getAsInt());
                    default -> throw new AssertionError("unknown learning-rate schedule '" + schedule + "'");
                };
        return new Trainer.Settings(
                settings.get("gradient_accumulation").getAsInt(),
                rate,
                new AdamW.Settings(
                        settings.getAsJsonArray("betas").get(0).getAsDouble(),
                        settings.getAsJsonArray("betas").get(1).getAsDouble(),
                        settings.get("eps").getAsDouble(),
                        settings.get("weight_decay").getAsDouble()),
                number(settings, "clip_grad_norm"),
                number(settings, "ema_decay"));
    }

    /** The project's objective on the recorded latents, noise, timesteps and text states. */
    private static final class Recorded implements Objective {
        private final Tensors io;
        private final DiffusionObjective objective;
        private final double noiseOffset;
        private final List<Float> losses = new ArrayList<>();

        Recorded(Tensors io, DiffusionObjective objective, double noiseOffset) {
            this.io = io;
            this.objective = objective;
            this.noiseOffset = noiseOffset;
        }

        @Override
        public List<Trainable> trainables() {
            return objective.trainables();
        }

        @Override
        public NDArray loss(long batch, NDManager manager) {
            String prefix = "in." + batch + ".";
            NDArray noise = io.array(manager, prefix + "noise");
            if (noiseOffset > 0) {
                noise = noise.add(new Ops().scale(io.array(manager, prefix + "offset_noise"), noiseOffset));
            }
            NDArray loss = objective.loss(
                    0,
                    io.array(manager, prefix + "latents"),
                    noise,
                    PerSample.integers(io.longs(prefix + "timesteps")),
                    TextCondition.of(io.array(manager, prefix + "encoder_hidden_states")),
                    manager);
            losses.add(loss.getFloat());
            return loss;
        }

        float[] losses() {
            float[] values = new float[losses.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = losses.get(i);
            }
            return values;
        }
    }
}
