package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.run.RunFolder;

/** Writes what a recipe trained: the tuners' files, or a whole model where the text encoder or a fresh U-Net was trained. */
final class TunedFiles {
    private final Recipe recipe;
    /** The base model's folder or single file. */
    private final Path base;

    private final PluginCatalogue catalogue;
    private final DiffusionModel model;

    TunedFiles(Recipe recipe, Path base, PluginCatalogue catalogue, DiffusionModel model) {
        this.recipe = recipe;
        this.base = base;
        this.catalogue = catalogue;
        this.model = model;
    }

    /** @return where each lies, by what it is */
    Map<String, Path> write(RunFolder folder, RecipeTuners trained) {
        Map<String, Path> written = new LinkedHashMap<>();
        boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
        if (fresh || recipe.train().orElseThrow().textEncoder()) {
            written.put("model", writeModel(folder.path().resolve("model")));
        }
        if (!fresh) {
            String hash = model.unetHash();
            for (int i = 0; i < trained.tuners().size(); i++) {
                TunerInstance tuner = trained.tuners().get(i);
                Path file = folder.tuner(tuner.name());
                TunerFiles.write(tuner, file, metadata(recipe.tuners().get(i), tuner, trained.conditions(), hash));
                written.put("tuner " + tuner.name(), file);
            }
        }
        return written;
    }

    private Path writeModel(Path target) {
        List<String> written = new ArrayList<>(List.of(Part.UNET.folder()));
        TuneObjective.forEachTextEncoder(model, (part, encoder) -> written.add(part.folder()));
        ModelFolders.copyExceptWeights(base, target, written);
        ModelFolders.write(
                model.unet().parameters(), target.resolve(Part.UNET.folder()).resolve(DiffusionModel.WEIGHTS));
        TuneObjective.forEachTextEncoder(
                model,
                (part, encoder) -> ModelFolders.write(
                        encoder.parameters(), target.resolve(part.folder()).resolve(DiffusionModel.TEXT_WEIGHTS)));
        return target;
    }

    private Map<String, String> metadata(
            Recipe.TunerBlock block, TunerInstance tuner, List<Condition> conditions, String baseHash) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("scedit.version", PluginCatalogue.API_VERSION);
        metadata.put("scedit.method", block.use());
        metadata.put("scedit.name", block.name());
        metadata.put("scedit.settings", TunerSettings.write(block.config()));
        for (Condition condition : conditions) {
            if (tuner.tuner().conditions().contains(condition.name())) {
                metadata.put(
                        MapMaker.METADATA + condition.name(), condition.maker().words());
            }
        }
        metadata.put("scedit.base_sha256", baseHash);
        metadata.put("scedit.recipe", recipe.resolved());
        catalogue.describe(block.use()).ifPresent(plugin -> {
            metadata.put("scedit.plugin_version", plugin.version());
            metadata.put("scedit.plugin_sha256", plugin.sha256());
        });
        return metadata;
    }
}
