package org.scedit.core.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.RecipeConditions;
import org.scedit.core.engine.Randomness;
import org.scedit.core.features.FeatureNetworks;
import org.scedit.core.hook.Scale;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.measure.FeatureNetwork;
import org.scedit.core.measure.MeasureUse;
import org.scedit.core.measure.RecipeMeasures;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;

/**
 * The tuners of a recipe, the conditions that they take, and the measures that are taken of them. Close it to free the arrays
 * of tuners and of the feature network.
 */
final class RecipeTuners implements AutoCloseable {
    private final Recipe recipe;
    private final List<TunerInstance> tuners = new ArrayList<>();
    private final List<Condition> conditions;
    private final List<MeasureUse<?>> measures;
    private Optional<FeatureNetwork> features = Optional.empty();

    /**
     * Makes them from the U-Net's configuration alone, so that a tuner that does not fit is refused before any weight of
     * the model is read.
     *
     * @param inpaints whether the U-Net is for inpainting
     * @throws UserException with every problem of tuners, conditions and measures
     */
    RecipeTuners(Recipe recipe, PluginCatalogue catalogue, UNet structure, boolean inpaints) {
        this.recipe = recipe;
        List<String> problems = new ArrayList<>();
        try {
            for (Recipe.TunerBlock block : recipe.tuners()) {
                try {
                    build(block, catalogue, structure, problems);
                } catch (UserException e) {
                    problems.add(e.getMessage());
                }
            }
            conditions = RecipeConditions.of(recipe, catalogue.annotators(), tuners, inpaints, problems::add);
            measures = tuners.size() == recipe.tuners().size() // else the missing one may take a measure's condition
                    ? RecipeMeasures.of(recipe, catalogue.measures(), conditions, problems::add)
                    : List.of();
            if (!problems.isEmpty()) {
                throw UserException.of(problems, "nothing was started");
            }
            features = FeatureNetworks.of(recipe, measures);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void build(Recipe.TunerBlock block, PluginCatalogue catalogue, UNet structure, List<String> problems) {
        var tuner = TunerInstance.create(
                block.name(),
                catalogue.tuners().get(block.use()),
                block.config(),
                structure,
                Randomness.seed(recipe.seed(), block.name(), 0));
        tuners.add(tuner);
        if (!tuner.tuner().backboneParameters().isEmpty()) {
            checkScale(block).ifPresent(problems::add);
        }
        if (block.merge()) {
            TunedUNet.whyNotMerged(tuner, block.scale()).ifPresent(problems::add);
        }
        block.weights().ifPresent(file -> TunerFile.open(file).loadInto(tuner, block.config(), catalogue, structure));
    }

    /** Of a tuner that trains the U-Net's own weights. */
    private Optional<String> checkScale(Recipe.TunerBlock block) {
        Scale scale = block.scale();
        if (!scale.constant()) {
            return Optional.of("tuner '" + block.name() + "' changes the U-Net's own weights, which are the same at"
                    + " every step, so its scale must be one number");
        }
        return recipe.train().isEmpty() || scale.at(0) == 1
                ? Optional.empty()
                : Optional.of("tuner '" + block.name() + "' trains the U-Net's own weights, which needs scale 1, got "
                        + scale.at(0) + "; scale it when drawing");
    }

    /** In the recipe's order. */
    List<TunerInstance> tuners() {
        return List.copyOf(tuners);
    }

    /** In the order of their names. */
    List<Condition> conditions() {
        return conditions;
    }

    /** What is measured; empty for nothing. */
    List<MeasureUse<?>> measures() {
        return measures;
    }

    /** The network that measures take features by; empty where none needs it. */
    Optional<FeatureNetwork> features() {
        return features;
    }

    /** Puts the tuners on the U-Net, each with its scale, and moves those into its weights that the recipe wants merged. */
    void attach(TunedUNet unet) {
        for (int i = 0; i < tuners.size(); i++) {
            unet.attach(tuners.get(i), recipe.tuners().get(i).scale());
        }
        recipe.tuners().stream().filter(Recipe.TunerBlock::merge).forEach(block -> unet.merge(block.name()));
    }

    void detach(TunedUNet unet) {
        tuners.forEach(tuner -> unet.detach(tuner.name()));
    }

    @Override
    public void close() {
        features.ifPresent(FeatureNetwork::close);
        tuners.forEach(TunerInstance::close);
    }
}
