package org.scedit.core.measure;

import java.util.List;
import java.util.Optional;
import org.scedit.core.condition.Condition;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.recipe.Recipe;

/**
 * How the pictures of an evaluation are drawn.
 *
 * @param conditions  that the tuners on the pipeline's U-Net may take
 * @param pipeline    with the weights that are measured
 * @param settings    sampler, steps and size
 * @param autoencoder the model's
 * @param features    for measures that need them
 */
record Drawing(
        Recipe recipe,
        List<Condition> conditions,
        Pipeline pipeline,
        Pipeline.Settings settings,
        Autoencoder autoencoder,
        Optional<FeatureNetwork> features) {
    Recipe.Variations variations() {
        return recipe.evaluate().map(Recipe.Evaluate::variations).orElseThrow();
    }

    /** @param drawn pictures */
    int references(int drawn) {
        return recipe.evaluate().flatMap(Recipe.Evaluate::references).orElse(drawn);
    }
}
