package org.scedit.testkit.golden;

import java.util.List;
import org.scedit.api.TunerProvider;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.testkit.TunerRecipe;

/** Builds SC-Tuners with the plugin on the class path; this kit knows no plugin when it is compiled. */
final class ScTuners {
    private ScTuners() {}

    /**
     * @param skips   indices in decoder order; empty for all
     * @param weights under scepter's names, which are the plugin's
     */
    static TunerInstance load(UNet unet, double downRatio, List<Integer> skips, SafetensorsFile weights) {
        try (var plugins = PluginCatalogue.ofClassPath()) {
            TunerProvider<?> provider = TunerRecipe.provider(plugins, "sc-tuner");
            Record settings = TunerRecipe.settings(provider, "down_ratio: " + downRatio, "skips: " + skips);
            TunerInstance tuner = TunerInstance.create("sc-tuner", provider, settings, unet, 0);
            tuner.load(weights);
            return tuner;
        }
    }
}
