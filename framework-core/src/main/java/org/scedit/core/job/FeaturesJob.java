package org.scedit.core.job;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.AtomicFiles;
import org.scedit.core.data.BatchOrder;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Torch;
import org.scedit.core.features.EmbeddedFeatures;
import org.scedit.core.features.FeatureQuality;
import org.scedit.core.features.FrozenTexts;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.FeatureModel;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.RunFolder;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.Split;
import org.scedit.core.train.FeatureObjective;

/** Trains a feature network of the scene world beside a model's text encoder, and measures it on fresh pictures. */
final class FeaturesJob implements Job {
    private static final int MEASURED = 500;

    private final Recipe recipe;
    private final Recipe.ScenesData scenes;
    private final Path base;
    private final RecipeRun.Options options;
    private final NDManager weights = Torch.newManager();
    private final FrozenTexts texts;
    private final FeatureModel model;

    /** @param base the model with the text encoder */
    FeaturesJob(Recipe recipe, Path base, RecipeRun.Options options) {
        this.recipe = recipe;
        this.base = base;
        this.options = options;
        scenes = (Recipe.ScenesData) recipe.data().orElseThrow();
        texts = new FrozenTexts(recipe.model().parts(base));
        ConfigFile config = FeatureModel.standard(texts.width());
        config.values().addProperty(EmbeddedFeatures.TEXT_ENCODER_HASH, texts.hash());
        model = new FeatureModel(config);
        model.parameters().randomise(weights, recipe.seed(), Precision.FLOAT32);
    }

    @Override
    public void run(RunFolder folder) {
        SceneDataset data = data(scenes.seed(), scenes.split(), scenes.count());
        var loop = new TrainingLoop(recipe, data.size(), options, Companions.NONE);
        long seed = Randomness.seed(recipe.seed(), "features", 0);
        var order =
                new BatchOrder(seed, data.size(), recipe.train().orElseThrow().batch());
        var objective = new FeatureObjective(model, texts::states, data, order, seed);
        TrainingLoop.Outcome outcome = loop.run(objective, folder, TrainingLoop.Extra.NONE, step -> {});
        if (!outcome.finished()) {
            options.out().println(Interrupted.line(folder, outcome.steps(), loop.total()));
            return;
        }
        Path target = folder.path().resolve("model");
        ModelFolders.write(model.parameters(), target.resolve(FeatureModel.WEIGHTS));
        Path config = target.resolve("config.json");
        AtomicFiles.writeText(config, model.config().pretty());
        try (EmbeddedFeatures features = EmbeddedFeatures.open(target, base)) {
            List<Picture> pictures = new ArrayList<>();
            for (int i = 0; i < Math.min(MEASURED, data.size()); i++) {
                pictures.add(data.get(i).picture());
            }
            model.config().values().addProperty(EmbeddedFeatures.SCALE, EmbeddedFeatures.unitScale(features, pictures));
        }
        AtomicFiles.writeText(config, model.config().pretty());
        AtomicFiles.writeText(folder.summary(), summary(outcome, target));
        options.out().println("features  " + target + "\nsummary   " + folder.summary());
    }

    private String summary(TrainingLoop.Outcome outcome, Path target) {
        try (EmbeddedFeatures features = EmbeddedFeatures.open(target, base)) {
            return String.format(
                    "# %s%n%n%d steps of %.2f s on a feature network of %,d parameters; peak memory %d MiB. The network:"
                            + " `%s`%n%nOn %d fresh pictures, half of them noisy or blurred%n%n%s%nOn as many with"
                            + " combinations of colour and shape that are held out%n%n%s",
                    recipe.name(),
                    outcome.steps(),
                    outcome.stepTime(),
                    model.parameters().count(),
                    Memory.peakMebibytes(),
                    target,
                    MEASURED,
                    quality(features, Split.TRAIN),
                    quality(features, Split.HELDOUT));
        }
    }

    private String quality(EmbeddedFeatures features, Split split) {
        // not the training's seed: other pictures
        long seed = Randomness.seed(scenes.seed(), "fresh pictures", 0);
        return FeatureQuality.of(features, data(seed, split, MEASURED), MEASURED, seed)
                .markdown();
    }

    private SceneDataset data(long seed, Split split, int count) {
        return new SceneDataset(seed, split, scenes.objects(), scenes.styles(), count);
    }

    @Override
    public void close() {
        texts.close();
        weights.close();
    }
}
