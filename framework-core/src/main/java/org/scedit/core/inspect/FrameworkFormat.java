package org.scedit.core.inspect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;

/**
 * This project's own format of every method: the parameters by their own names; method and settings in the metadata.
 *
 * @param provider the method
 * @param settings those of a file that does not say its own, as YAML
 * @param place    what messages call the settings' text
 */
record FrameworkFormat<C extends Record>(TunerProvider<C> provider, String settings, String place)
        implements TunerFormat<C> {
    static final String ID = "scedit";
    static final String METHOD = "scedit.method";
    static final String SETTINGS = "scedit.settings";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public boolean matches(WeightFile file) {
        return provider.id().equals(file.metadata().get(METHOD));
    }

    @Override
    public Content<C> read(WeightFile file, UNetLayout unet) {
        return new Content<>(config(file.metadata()), file.tensors());
    }

    /** The settings that a file's metadata tells, or else the given ones. */
    C config(Map<String, String> metadata) {
        String text = metadata.getOrDefault(SETTINGS, settings);
        return provider.configType().cast(TunerSettings.read(text, provider, place));
    }

    @Override
    public WeightFile write(Content<C> content, UNetLayout unet) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("scedit.version", PluginCatalogue.API_VERSION);
        metadata.put(METHOD, provider.id());
        metadata.put(SETTINGS, TunerSettings.write(content.config()));
        return new WeightFile(content.weights(), metadata, "");
    }
}
