package org.scedit.core.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.scedit.api.AddedConditions;
import org.scedit.api.Conditions;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.cost.Count;
import org.scedit.core.cost.Estimate;
import org.scedit.core.cost.MatrixRate;
import org.scedit.core.cost.StepCount;
import org.scedit.core.data.Framing;
import org.scedit.core.diffusion.LearningRate;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Profiler;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.job.Memory;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.UNet;
import org.scedit.core.train.AdamW;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;
import org.scedit.core.train.Trainer;
import org.scedit.core.weights.SafetensorsFile;

/**
 * Real training steps (forward, backward, clipping, AdamW) of a tuner on a U-Net with random weights, and products of
 * square matrices in the same precision, timed before and after: their ratio compares machines, and runs on a machine
 * that is sometimes busy.
 */
public final class Benchmark {
    /** The name of Stable Diffusion 1.5's U-Net. */
    public static final String SD15 = "sd15";

    /** Names of the U-Nets of published models whose configurations are built in. */
    public static final List<String> BUILT_IN = List.of(SD15, "sd15-inpainting", "sd21", "sdxl");

    /** Tokens of a prompt in CLIP's text encoders. */
    private static final int TOKENS = 77;

    /** Picture pixels to a latent pixel, along each axis. */
    private static final int PIXELS = 8;

    private static final int SWAPS = 5;
    private static final long SEED = 1;

    /**
     * What is measured.
     *
     * @param precision of the backbone and of the matrix products
     * @param batch     pictures in a step, at least 1
     * @param latent    side of the latents, at least 8
     * @param steps     measured steps, at least 1; one more is made first and not counted
     * @param swap      whether putting on the tuner of a file is measured too
     * @param checkpointing whether layers are computed again for their gradients
     * @param evaluate  whether evaluations without gradients, as drawing makes them, are measured in place of steps
     * @param profile   whether one more step is made after the measured ones, and its time told by operator
     * @param trace     where the profile's raw trace is kept; empty for nowhere
     */
    public record Settings(
            Precision precision,
            int batch,
            int latent,
            int steps,
            boolean swap,
            boolean checkpointing,
            boolean evaluate,
            boolean profile,
            Optional<Path> trace) {
        public Settings {
            requireAtLeast("--batch", batch, 1);
            requireAtLeast("--latent", latent, 8);
            requireAtLeast("--steps", steps, 1);
        }

        private static void requireAtLeast(String option, int value, int least) {
            if (value < least) {
                throw new UserException(option + " must be at least " + least + ", got " + value);
            }
        }
    }

    /**
     * What was measured.
     *
     * @param method         id of the tuner's plugin
     * @param settings       as given
     * @param trainable      numbers the tuner trains
     * @param seconds        median of the steps
     * @param peakMebibytes  peak resident memory of this process; empty where the system does not tell
     * @param deviceMebibytes what is in use of the CUDA device's memory; empty on the processor or where it is not told
     * @param matmulMillis   median time of a product of two 2048×2048 matrices
     * @param swapMillis     median time of putting on the tuner of a file, the U-Net being loaded; empty if it was not asked for
     * @param threads        libtorch's
     * @param libtorch       its version
     */
    public record Result(
            String method,
            Settings settings,
            long trainable,
            double seconds,
            OptionalLong peakMebibytes,
            OptionalLong deviceMebibytes,
            double matmulMillis,
            OptionalDouble swapMillis,
            int threads,
            String libtorch) {
        /** One line of JSON; keys of what is not known are null. */
        public String json() {
            var line = new JsonObject();
            line.addProperty("method", method);
            line.addProperty("precision", settings.precision().name().toLowerCase(Locale.ROOT));
            line.addProperty("batch", settings.batch());
            line.addProperty("latent", settings.latent());
            line.addProperty("trainable", trainable);
            line.addProperty("gradient_checkpointing", settings.checkpointing());
            line.addProperty("measured", settings.evaluate() ? "evaluation" : "step");
            line.addProperty("seconds", rounded(seconds));
            line.addProperty(
                    "peak_rss_mib", peakMebibytes.isPresent() ? (Long) peakMebibytes.getAsLong() : (Long) null);
            deviceMebibytes.ifPresent(mebibytes -> line.addProperty("gpu_mib", mebibytes));
            line.addProperty("matmul_ms", rounded(matmulMillis));
            line.addProperty("step_over_matmul", rounded(1000 * seconds / matmulMillis));
            swapMillis.ifPresent(millis -> line.addProperty("swap_ms", rounded(millis)));
            line.addProperty("device", Torch.device().isGpu() ? "cuda" : "cpu");
            line.addProperty("threads", threads);
            line.addProperty("java", System.getProperty("java.version"));
            line.addProperty("libtorch", libtorch);
            return line.toString();
        }

        private static double rounded(double value) {
            return Math.rint(value * 1000) / 1000;
        }
    }

    private final ConfigFile unetConfig;
    private final TunerProvider<?> provider;
    private final Record tunerConfig;
    private final Settings settings;

    /**
     * @param model       one of {@link #BUILT_IN}, or a model, as {@link ModelSummary#read(Path)} takes it; weights are not read
     * @param provider    the tuner's method
     * @param tunerConfig its settings, of the provider's type
     * @throws UserException if there is no such model
     */
    public Benchmark(String model, TunerProvider<?> provider, Record tunerConfig, Settings settings) {
        unetConfig = BUILT_IN.contains(model)
                ? builtIn(model)
                : ModelSummary.read(Path.of(model)).unet().config();
        this.provider = provider;
        this.tunerConfig = tunerConfig;
        this.settings = settings;
    }

    private static ConfigFile builtIn(String model) {
        String resource = model + "-unet.json";
        try (var in = new InputStreamReader(Benchmark.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
            return ConfigFile.of(Path.of(model), JsonParser.parseReader(in).getAsJsonObject());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes the steps.
     *
     * @param progress takes a line after every step
     * @throws UserException if the tuner's settings do not fit the U-Net
     */
    public Result run(Consumer<String> progress) {
        var unet = new UNet(unetConfig);
        try (NDManager manager = Torch.newManager();
                TunerInstance tuner = TunerInstance.create(provider.id(), provider, tunerConfig, unet, SEED);
                TunedUNet tuned = new TunedUNet(unet, settings.precision())) {
            unet.parameters().randomise(manager, SEED, settings.precision());
            tuned.checkpointGradients(settings.checkpointing());
            tuned.attach(tuner, 1);
            tuner.setTrainable(true);
            List<Trainable> trainables = new ArrayList<>();
            tuner.arrays().forEach((name, array) -> trainables.add(new Trainable(name, array)));
            var batches = new RandomBatches(settings.batch(), settings.latent(), unet);
            var objective = new DiffusionObjective(
                    tuned,
                    schedule(),
                    batches,
                    trainables,
                    new DiffusionObjective.Settings(0, 0, new TimestepSampling.Uniform(), false),
                    SEED);
            List<Double> products = MatrixRate.seconds(settings.precision());
            List<Double> steps = settings.evaluate()
                    ? timed("evaluation", () -> evaluate(tuned, batches), progress)
                    : steps(objective, progress);
            products.addAll(MatrixRate.seconds(settings.precision()));
            long peak = Memory.peakMebibytes();
            long onDevice = Memory.deviceMebibytes();
            if (settings.profile()) {
                progress.accept(work(median(steps), median(products)));
            }
            OptionalDouble swap = settings.swap()
                    ? OptionalDouble.of(1000 * median(swaps(unet, tuned, tuner)))
                    : OptionalDouble.empty();
            return new Result(
                    provider.id(),
                    settings,
                    tuner.parameterCount(),
                    median(steps),
                    peak == 0 ? OptionalLong.empty() : OptionalLong.of(peak),
                    onDevice == 0 ? OptionalLong.empty() : OptionalLong.of(onDevice),
                    1000 * median(products),
                    swap,
                    Torch.threads(),
                    Torch.version());
        }
    }

    private List<Double> steps(DiffusionObjective objective, Consumer<String> progress) {
        var trainerSettings = new Trainer.Settings(
                1, LearningRate.constant(1e-4, 0), new AdamW.Settings(0.9, 0.999, 1e-8, 1e-2), 1, 0);
        try (Trainer trainer = new Trainer(objective, trainerSettings)) {
            List<Double> seconds = timed("step", trainer::step, progress);
            if (settings.profile()) {
                progress.accept(profiled(trainer).table());
            }
            return seconds;
        }
    }

    private List<Double> timed(String what, Runnable pass, Consumer<String> progress) {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i <= settings.steps(); i++) {
            long start = System.nanoTime();
            pass.run();
            Torch.synchronise();
            double took = (System.nanoTime() - start) / 1e9;
            if (i > 0) {
                seconds.add(took);
            }
            String name = i == 0 ? "warm-up" : what + " " + i + " of " + settings.steps();
            progress.accept(String.format(Locale.ROOT, "%s: %.3f s", name, took));
        }
        return seconds;
    }

    private static void evaluate(TunedUNet tuned, RandomBatches batches) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            batches.conditions(0, manager).ifPresent(tuned::conditions);
            NDArray latents = batches.latents(0, manager);
            NDArray input = batches.beside(0, manager)
                    .map(channels -> new Ops().concat(latents, channels))
                    .orElse(latents);
            tuned.forward(input, new float[batches.size()], batches.texts(0, manager));
        }
    }

    /** The memory and time of a step as they are told without making one; takes the memory of the tuner's weights. */
    public Estimate estimate() {
        return Estimate.of(count());
    }

    private StepCount count() {
        var step = new StepCount.Step(
                settings.precision(),
                settings.batch(),
                settings.latent(),
                settings.latent(),
                TOKENS,
                PIXELS,
                settings.checkpointing());
        return StepCount.of(unetConfig, List.of(new StepCount.Part(provider.id(), provider, tunerConfig)), step);
    }

    /** What a step computes, and the share of the matrix rate it reaches. */
    private String work(double seconds, double productSeconds) {
        Count count = count().count();
        double forward = count.operations(Count.Pass.FORWARD);
        double backward = count.operations(Count.Pass.BACKWARD);
        double rate = (forward + backward) / seconds;
        double matrixRate = MatrixRate.operations() / productSeconds;
        return String.format(
                Locale.ROOT,
                "operations of a step: %.1f GFLOP forward, %.1f backward; %.1f GFLOP/s, %.0f %% of a large matrix"
                        + " product's %.1f",
                forward / 1e9,
                backward / 1e9,
                rate / 1e9,
                100 * rate / matrixRate,
                matrixRate / 1e9);
    }

    /** The next step's time by operator. */
    private OperatorProfile profiled(Trainer trainer) {
        Path trace = settings.trace().orElseGet(Benchmark::temporary);
        try {
            try (Profiler profiler = Profiler.start(trace)) {
                trainer.step();
            }
            return OperatorProfile.read(trace);
        } finally {
            if (settings.trace().isEmpty()) {
                delete(trace);
            }
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempFile("scedit-bench", ".json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Seconds from a tuner's file to the tuner on the U-Net, in place of the one before. */
    private List<Double> swaps(UNet unet, TunedUNet tuned, TunerInstance trained) {
        trained.setTrainable(false);
        List<Double> seconds = new ArrayList<>();
        Path file = null;
        try {
            file = Files.createTempFile("scedit-bench", ".safetensors");
            TunerFiles.write(trained, file, Map.of());
            for (int i = 0; i < SWAPS; i++) {
                long start = System.nanoTime();
                try (TunerInstance next = TunerInstance.create(trained.name(), provider, tunerConfig, unet, SEED)) {
                    next.load(SafetensorsFile.open(file));
                    tuned.attach(next, 1);
                    seconds.add((System.nanoTime() - start) / 1e9);
                    tuned.detach(next.name());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(file);
        }
        return seconds;
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Stable Diffusion 1.5's; the numbers do not change the time. */
    private static NoiseSchedule schedule() {
        return new NoiseSchedule(SchedulerConfig.parse(
                "{\"beta_start\": 0.00085, \"beta_end\": 0.012, \"beta_schedule\": \"scaled_linear\"}", SD15));
    }

    /** The same random latents, text states and condition maps in every step. */
    private record RandomBatches(int size, int side, UNet unet) implements DiffusionObjective.Batches {
        @Override
        public NDArray latents(long batch, NDManager manager) {
            return normal(manager, "latents", new Shape(size, unet.outChannels(), side, side));
        }

        @Override
        public Optional<NDArray> beside(long batch, NDManager manager) {
            int channels = unet.inChannels() - unet.outChannels();
            return channels == 0
                    ? Optional.empty()
                    : Optional.of(normal(manager, "beside", new Shape(size, channels, side, side)));
        }

        @Override
        public TextCondition texts(long batch, NDManager manager) {
            NDArray states = normal(manager, "texts", new Shape(size, TOKENS, unet.textChannels()));
            if (unet.pooledChannels() == 0) {
                return TextCondition.of(states);
            }
            NDArray pooled = normal(manager, "pooled texts", new Shape(size, unet.pooledChannels()));
            Framing whole = Framing.whole(PIXELS * side, PIXELS * side);
            return new TextCondition(
                    states, Optional.of(new AddedConditions(pooled, Framing.sizes(Collections.nCopies(size, whole)))));
        }

        private static NDArray normal(NDManager manager, String purpose, Shape shape) {
            return Torch.normal(manager, Randomness.seed(SEED, purpose, 0), shape);
        }

        @Override
        public Optional<Conditions> conditions(long batch, NDManager manager) {
            Shape shape = new Shape(size, 3, PIXELS * side, PIXELS * side);
            return Optional.of(name -> {
                Torch.seed(Randomness.seed(SEED, "map " + name, 0));
                return Torch.drawn(manager, host -> host.randomUniform(0, 1, shape));
            });
        }
    }
}
