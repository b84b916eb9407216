package org.scedit.core.features;

import java.util.List;
import java.util.Optional;
import org.scedit.api.Measure.Need;
import org.scedit.core.UserException;
import org.scedit.core.measure.FeatureNetwork;
import org.scedit.core.measure.MeasureUse;
import org.scedit.core.recipe.Recipe;

/** Opens the feature network that a recipe names. */
public final class FeatureNetworks {
    private FeatureNetworks() {}

    /**
     * The recipe's, or the embedded one.
     *
     * @return empty where no measure needs features; the caller closes it
     * @throws UserException if it cannot be opened
     */
    public static Optional<FeatureNetwork> of(Recipe recipe, List<MeasureUse<?>> measures) {
        boolean needed = measures.stream()
                .anyMatch(use ->
                        use.needs().contains(Need.FEATURES) || use.needs().contains(Need.TEXT_FEATURES));
        return needed
                ? Optional.of(recipe.evaluate()
                        .flatMap(Recipe.Evaluate::features)
                        .map(FeatureNetworks::open)
                        .orElseGet(EmbeddedFeatures::ofInstallation))
                : Optional.empty();
    }

    private static FeatureNetwork open(Recipe.Features features) {
        var scale = new PictureScale(features.size(), features.mean(), features.deviation());
        return features.torchscript()
                .<FeatureNetwork>map(file -> new TorchScriptFeatures(file, scale))
                .orElseGet(() -> new OnnxFeatures(features.onnx().orElseThrow(), scale));
    }
}
