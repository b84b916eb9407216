package org.scedit.testkit.golden;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.WeightFile;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.weights.WeightSource;
import org.scedit.testkit.TunerRecipe;

/** Builds tuners from other tools' files with the plugins on the class path. */
final class ForeignTuners {
    private ForeignTuners() {}

    /** A tuning method of the class path whose convolutions can be looked at. */
    static WatchedConvolutions<?> method(String id) {
        try (var plugins = PluginCatalogue.ofClassPath()) {
            return new WatchedConvolutions<>(TunerRecipe.provider(plugins, id));
        }
    }

    /**
     * What a file, or a folder with one, holds.
     *
     * @param metadata settings beside those that it holds itself, such as the name of the condition
     */
    static WeightFile file(Path path, Map<String, String> metadata) {
        WeightFile file = WeightSource.open(path).read();
        Map<String, String> all = new LinkedHashMap<>(file.metadata());
        all.putAll(metadata);
        return new WeightFile(file.tensors(), all, file.config());
    }

    /**
     * A tuner with a file's settings and weights.
     *
     * @throws AssertionError if no format of the method, or more than one, says that the file is its own
     */
    static TunerInstance load(String name, TunerProvider<?> method, WeightFile file, UNet unet) {
        return loadAs(name, method, file, unet);
    }

    private static <C extends Record> TunerInstance loadAs(
            String name, TunerProvider<C> method, WeightFile file, UNet unet) {
        var formats =
                method.formats().stream().filter(format -> format.matches(file)).toList();
        if (formats.size() != 1) {
            throw new AssertionError("the file of " + name + " is of "
                    + formats.stream().map(TunerFormat::id).toList() + " of the formats of " + method.id()
                    + ", expected one");
        }
        TunerFormat.Content<C> content = formats.get(0).read(file, unet.layout());
        TunerInstance tuner = TunerInstance.create(name, method, content.config(), unet, 0);
        tuner.load(content.weights(), name);
        return tuner;
    }
}
