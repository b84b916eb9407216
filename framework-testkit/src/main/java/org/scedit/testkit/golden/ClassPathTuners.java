package org.scedit.testkit.golden;

import org.scedit.api.TunerProvider;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.testkit.TunerRecipe;

/** Builds tuners with the plugins on the class path; this kit knows no plugin when it is compiled. */
final class ClassPathTuners {
    private ClassPathTuners() {}

    /**
     * A tuner named after its method.
     *
     * @param weights  under the plugin's own names
     * @param settings lines of its recipe's block
     */
    static TunerInstance load(String method, UNet unet, SafetensorsFile weights, String... settings) {
        try (var plugins = PluginCatalogue.ofClassPath()) {
            TunerProvider<?> provider = TunerRecipe.provider(plugins, method);
            TunerInstance tuner =
                    TunerInstance.create(method, provider, TunerRecipe.settings(provider, settings), unet, 0);
            tuner.load(weights);
            return tuner;
        }
    }
}
