package org.scedit.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntConsumer;
import org.scedit.api.Picture;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Example;
import org.scedit.core.diffusion.LearningRate;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.train.AdamW;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.LatentBatches;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;
import org.scedit.core.train.Trainer;
import org.scedit.plugins.sctuner.ScTunerConfig;
import org.scedit.plugins.sctuner.ScTunerProvider;

/** Trains an SC-Tuner, draws pictures with it, and prints by how much this process grew. For {@link NativeMemoryTest}. */
final class NativeMemoryProbe {
    static final String RESULT = "growth of ";

    private static final int SIDE = 64;
    private static final int WARM_UP_STEPS = 30;
    private static final int STEPS = 200;
    private static final int WARM_UP_PICTURES = 5;
    private static final int PICTURES = 50;

    private NativeMemoryProbe() {}

    /** @param args the model's folder */
    public static void main(String[] args) throws IOException, InterruptedException {
        Torch.setThreads(1);
        try (var model = DiffusionModel.load(Path.of(args[0]), Precision.FLOAT32);
                var unet = new TunedUNet(model.unet(), Precision.FLOAT32);
                var tuner = TunerInstance.create(
                        "sc-tuner", new ScTunerProvider(), new ScTunerConfig(1, List.of()), model.unet(), 1)) {
            unet.attach(tuner, 1.5);
            tuner.setTrainable(true);
            try (var trainer = trainer(model, unet, tuner)) {
                measure("steps", WARM_UP_STEPS, STEPS, step -> trainer.step());
            }
            tuner.setTrainable(false);
            var pipeline = new Pipeline(model, unet, notice -> {});
            var settings = new Pipeline.Settings(
                    "",
                    new Sampling(Optional.of(SamplerName.DDIM), Optional.empty(), 3, TimestepSpacing.TRAILING, 1),
                    5,
                    0.5,
                    SIDE,
                    SIDE,
                    Optional.empty());
            measure(
                    "pictures",
                    WARM_UP_PICTURES,
                    PICTURES,
                    number -> pipeline.draw(List.of("a red circle"), number, settings, Pipeline.Observer.NONE));
        }
    }

    private static Trainer trainer(DiffusionModel model, TunedUNet unet, TunerInstance tuner) {
        var random = new Random(1);
        Dataset data = new Dataset() {
            @Override
            public int size() {
                return 8;
            }

            @Override
            public Example get(int index) {
                byte[] rgb = new byte[3 * SIDE * SIDE];
                random.nextBytes(rgb);
                return new Example(Picture.of(SIDE, SIDE, rgb), "picture " + index);
            }
        };
        var batches = new LatentBatches(
                model,
                data,
                new LatentBatches.Settings(2, 0.1, false, List.of(), Optional.empty(), 1),
                notice -> {},
                encoded -> {});
        List<Trainable> trainables = tuner.arrays().entrySet().stream()
                .map(each -> new Trainable(each.getKey(), each.getValue()))
                .toList();
        var objective = new DiffusionObjective(
                unet,
                new NoiseSchedule(model.scheduler()),
                batches,
                trainables,
                new DiffusionObjective.Settings(5, 0.1, new TimestepSampling.LogitNormal(0, 1), true),
                1);
        return new Trainer(
                objective,
                new Trainer.Settings(
                        1, LearningRate.constant(1e-4, 0), new AdamW.Settings(0.9, 0.999, 1e-8, 0.01), 1, 0.99));
    }

    private static void measure(String what, int warmUp, int count, IntConsumer work)
            throws IOException, InterruptedException {
        for (int i = 0; i < warmUp; i++) {
            work.accept(i);
        }
        long before = resident();
        for (int i = 0; i < count; i++) {
            work.accept(warmUp + i);
        }
        System.out.println(RESULT + what + " " + (resident() - before));
    }

    /** In KiB, after what the collector still holds has been given back. */
    private static long resident() throws IOException, InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
