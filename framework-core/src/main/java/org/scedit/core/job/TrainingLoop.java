package org.scedit.core.job;

import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.scedit.core.data.Pictures;
import org.scedit.core.diffusion.LearningRate;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.LossCurve;
import org.scedit.core.run.Metrics;
import org.scedit.core.run.ProgressLine;
import org.scedit.core.run.RunFolder;
import org.scedit.core.train.AdamW;
import org.scedit.core.train.Objective;
import org.scedit.core.train.Trainer;

/** Steps a trainer to the end of a recipe, with metrics, checkpoints and a progress line; begins at a checkpoint. */
final class TrainingLoop {
    private static final int CHECKPOINTS_KEPT = 2;

    private final Recipe recipe;
    private final Recipe.Train settings;
    private final int total;
    private final RecipeRun.Options options;

    /**
     * How a training ended.
     *
     * @param steps     optimizer steps done
     * @param finished  whether these are all
     * @param stepTime  mean seconds of a step in this process
     */
    record Outcome(int steps, boolean finished, double stepTime) {}

    TrainingLoop(Recipe recipe, int pictures, RecipeRun.Options options) {
        this.recipe = recipe;
        this.options = options;
        settings = recipe.train().orElseThrow();
        total = settings.totalSteps(pictures);
    }

    int total() {
        return total;
    }

    /**
     * @param objective what is minimised; its weights are trained, and replaced by their averages where the recipe asks
     *     for averages
     * @param each told the number of every step that is done, after its checkpoint
     */
    Outcome run(Objective objective, RunFolder folder, IntConsumer each) {
        try (Trainer trainer = new Trainer(objective, trainerSettings())) {
            Optional<RunFolder.Checkpoint> checkpoint = folder.latestCheckpoint();
            checkpoint.ifPresent(found -> trainer.restore(found.folder()));
            int begun = trainer.steps();
            long start = System.nanoTime();
            try (Metrics metrics = checkpoint.isPresent()
                            ? Metrics.resume(folder.metrics(), begun)
                            : Metrics.create(folder.metrics());
                    ProgressLine progress =
                            ProgressLine.start("training", "steps", begun, total, options.out(), options.terminal())) {
                while (trainer.steps() < total && !options.stop().getAsBoolean()) {
                    Trainer.StepResult result = trainer.step();
                    metrics.append(
                            trainer.steps(),
                            Map.of(
                                    "loss", result.loss(),
                                    "gradient_norm", result.gradientNorm(),
                                    "learning_rate", result.learningRate()));
                    progress.update(trainer.steps(), String.format("loss %.4f", result.loss()));
                    if (settings.checkpointEvery() > 0 && trainer.steps() % settings.checkpointEvery() == 0) {
                        save(trainer, folder);
                    }
                    each.accept(trainer.steps());
                }
            }
            double stepTime = (System.nanoTime() - start) / 1e9 / Math.max(1, trainer.steps() - begun);
            save(trainer, folder);
            Pictures.writePng(LossCurve.draw(recipe.name(), Metrics.read(folder.metrics())), folder.lossCurve());
            trainer.useAverages();
            return new Outcome(trainer.steps(), trainer.steps() == total, stepTime);
        }
    }

    private static void save(Trainer trainer, RunFolder folder) {
        folder.writeCheckpoint(trainer.steps(), trainer::save);
        folder.keepCheckpoints(CHECKPOINTS_KEPT);
    }

    private Trainer.Settings trainerSettings() {
        double base = settings.learningRate();
        LearningRate rate =
                switch (settings.schedule()) {
                    case CONSTANT -> LearningRate.constant(base, settings.warmup());
                    case LINEAR -> LearningRate.linear(base, settings.warmup(), total);
                    case COSINE -> LearningRate.cosine(base, settings.warmup(), total);
                };
        return new Trainer.Settings(
                settings.accumulate(),
                rate,
                new AdamW.Settings(
                        settings.betas().get(0), settings.betas().get(1), settings.epsilon(), settings.weightDecay()),
                settings.clipNorm(),
                settings.emaDecay());
    }
}
