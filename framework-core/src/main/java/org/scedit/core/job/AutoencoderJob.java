package org.scedit.core.job;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.AtomicFiles;
import org.scedit.core.data.BatchOrder;
import org.scedit.core.data.Dataset;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.WeightLoader;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.RunFolder;
import org.scedit.core.train.AutoencoderObjective;

/** Trains a model folder's autoencoder and writes the folder anew with it. */
final class AutoencoderJob implements Job {
    private final Recipe recipe;
    /** The base model's folder. */
    private final Path base;

    private final RecipeRun.Options options;
    private final NDManager weights = Torch.newManager();
    private final Autoencoder autoencoder;
    private final Dataset data;

    AutoencoderJob(Recipe recipe, Path base, RecipeRun.Options options) {
        this.recipe = recipe;
        this.base = base;
        this.options = options;
        ModelParts parts = recipe.model().parts(base);
        autoencoder = new Autoencoder(parts.config(Part.VAE));
        if (recipe.model().weights() == Recipe.Weights.RANDOM) {
            autoencoder.parameters().randomise(weights, recipe.seed(), Precision.FLOAT32);
        } else {
            new WeightLoader(weights, Precision.FLOAT32)
                    .renaming(Autoencoder::currentName)
                    .load(autoencoder.parameters(), parts.weights(Part.VAE));
            // what lies in a mapped file cannot be trained in place
            autoencoder.parameters().all().forEach(each -> each.set(each.value().duplicate()));
        }
        data = DataSources.open(
                recipe.data().orElseThrow(), autoencoder.config().integer("sample_size", 512), options.out());
    }

    @Override
    public void run(RunFolder folder) {
        Recipe.Train train = recipe.train().orElseThrow();
        var loop = new TrainingLoop(recipe, data.size(), options, Companions.NONE);
        long seed = Randomness.seed(recipe.seed(), "autoencoder", 0);
        var order = new BatchOrder(seed, data.size(), train.batch());
        boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
        var objective = new AutoencoderObjective(
                autoencoder, fresh, batch -> pictures(order.batch(batch)), seed, fresh ? loop.total() / 3 : 0);
        var outcome = loop.run(objective, folder, TrainingLoop.Extra.NONE, step -> {});
        if (!outcome.finished()) {
            options.out().println(Interrupted.line(folder, outcome.steps(), loop.total()));
            return;
        }
        var target = folder.path().resolve("model");
        ModelFolders.copyExceptWeights(base, target, List.of("vae"));
        ModelFolders.write(autoencoder.parameters(), target.resolve("vae").resolve(DiffusionModel.WEIGHTS));
        AtomicFiles.writeText(
                folder.summary(),
                String.format(
                        "# %s%n%n%d steps of %.2f s on an autoencoder of %,d parameters; peak memory %d MiB.%n%nThe model"
                                + " with it: `%s`%n",
                        recipe.name(),
                        outcome.steps(),
                        outcome.stepTime(),
                        autoencoder.parameters().count(),
                        Memory.peakMebibytes(),
                        target));
        options.out().println("model     " + target + "\nsummary   " + folder.summary());
    }

    private List<Picture> pictures(int[] indices) {
        List<Picture> pictures = new ArrayList<>();
        for (int index : indices) {
            pictures.add(data.get(index).picture());
        }
        return pictures;
    }

    @Override
    public void close() {
        weights.close();
    }
}
