package org.scedit.core.job;

import java.nio.file.Path;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.RunFolder;

/** One task of a recipe. Made before anything is written, so that what does not fit is refused first. */
interface Job extends AutoCloseable {
    /** Does it, or goes on with it where the folder holds a checkpoint. */
    void run(RunFolder folder);

    @Override
    void close();

    /**
     * @param base       the base model's folder or single file
     * @param companions beside which a tuning is trained
     */
    static Job of(
            Recipe recipe, Path base, PluginCatalogue catalogue, RecipeRun.Options options, Companions companions) {
        return switch (recipe.task()) {
            case TUNE -> new TuneJob(recipe, base, catalogue, options, companions);
            case AUTOENCODER -> new AutoencoderJob(recipe, base, options);
            case FEATURES -> new FeaturesJob(recipe, base, options);
        };
    }
}
