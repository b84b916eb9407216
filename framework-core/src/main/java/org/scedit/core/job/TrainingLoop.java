package org.scedit.core.job;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
    private final Companions companions;

    /**
     * How a training ended.
     *
     * @param steps     optimizer steps done
     * @param finished  whether these are all
     * @param here      of them, steps made in this process
     * @param stepTime  mean seconds of these; 0 for none
     * @param backward  share of them that gradients took, 0..1
     */
    record Outcome(int steps, boolean finished, int here, double stepTime, double backward) {}

    /** What is measured after a step. */
    @FunctionalInterface
    interface Extra {
        /** Nothing. */
        Extra NONE = step -> Map.of();

        /**
         * @param step that was done
         * @return numbers that join the step's line of metrics, by name
         */
        Map<String, Double> after(int step);
    }

    TrainingLoop(Recipe recipe, int pictures, RecipeRun.Options options, Companions companions) {
        this.recipe = recipe;
        this.options = options;
        this.companions = companions;
        settings = recipe.train().orElseThrow();
        total = settings.totalSteps(pictures);
    }

    int total() {
        return total;
    }

    /**
     * @param objective what is minimised; its weights are trained, and replaced by their averages where the recipe asks
     *     for averages
     * @param extra asked after every step; a pure function of the weights, for a resumed run to write the same
     * @param each told the number of every step that is done, after its checkpoint
     */
    Outcome run(Objective objective, RunFolder folder, Extra extra, IntConsumer each) {
        try (Trainer trainer = new Trainer(objective, trainerSettings())) {
            Optional<RunFolder.Checkpoint> checkpoint = folder.latestCheckpoint();
            checkpoint.ifPresent(found -> trainer.restore(found.folder()));
            int begun = trainer.steps();
            double seconds = 0;
            double backward = 0;
            try (Metrics metrics = checkpoint.isPresent()
                            ? Metrics.resume(folder.metrics(), begun)
                            : Metrics.create(folder.metrics());
                    ProgressLine progress =
                            ProgressLine.start("training", "steps", begun, total, options.out(), options.terminal())) {
                while (trainer.steps() < total && !options.stop().getAsBoolean()) {
                    Trainer.StepResult result = companions.step(trainer);
                    seconds += result.seconds();
                    backward += result.backwardSeconds();
                    Map<String, Double> values = new TreeMap<>(extra.after(trainer.steps()));
                    values.put(Metrics.LOSS, result.loss());
                    values.put("gradient_norm", result.gradientNorm());
                    values.put("learning_rate", result.learningRate());
                    metrics.append(trainer.steps(), values);
                    progress.update(trainer.steps(), String.format("loss %.4f", result.loss()));
                    if (settings.checkpointEvery() > 0 && trainer.steps() % settings.checkpointEvery() == 0) {
                        save(trainer, folder);
                    }
                    each.accept(trainer.steps());
                }
            }
            save(trainer, folder);
            Pictures.writePng(LossCurve.draw(recipe.name(), Metrics.read(folder.metrics())), folder.lossCurve());
            trainer.useAverages();
            int here = trainer.steps() - begun;
            return new Outcome(
                    trainer.steps(),
                    trainer.steps() == total,
                    here,
                    seconds / Math.max(1, here),
                    seconds == 0 ? 0 : backward / seconds);
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
