package org.scedit.core.inspect;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.weights.SafetensorsFile;

/**
 * A tuner's safetensors file: its weights, and what its metadata says of the method, the settings and the base model
 * they belong to.
 */
public final class TunerFile {
    /**
     * How to read a file that does not say it itself.
     *
     * @param method   id of the plugin; empty to guess it from the names of the weights
     * @param settings the plugin's own settings as YAML; empty for its defaults
     */
    public record Unlabelled(Optional<String> method, Optional<String> settings) {}

    private static final String METHOD = "scedit.method";
    private static final String NAME = "scedit.name";
    private static final String SETTINGS = "scedit.settings";
    private static final String BASE = "scedit.base_sha256";

    private final SafetensorsFile weights;

    private TunerFile(SafetensorsFile weights) {
        this.weights = weights;
    }

    /**
     * Opens a file.
     *
     * @throws UserException if it is no safetensors file
     */
    public static TunerFile open(Path file) {
        return new TunerFile(SafetensorsFile.open(file));
    }

    /** Its path. */
    public Path path() {
        return weights.path();
    }

    /** What the file says of itself, by key. */
    public Map<String, String> metadata() {
        return weights.metadata();
    }

    /** Its tensors, in the file's order. */
    public Collection<SafetensorsFile.Entry> tensors() {
        return weights.entries().values();
    }

    /** How many numbers its tensors hold. */
    public long parameters() {
        return tensors().stream().mapToLong(SafetensorsFile.Entry::elements).sum();
    }

    /** The name its recipe gave it; the file's own name where it does not say. */
    public String name() {
        String stem = path().getFileName().toString().replaceFirst("\\.safetensors$", "");
        return metadata().getOrDefault(NAME, stem);
    }

    /** SHA-256 of the U-Net weights it was trained on, in hex; empty where it does not say. */
    public Optional<String> baseHash() {
        return Optional.ofNullable(metadata().get(BASE)).filter(hash -> !hash.isEmpty());
    }

    /**
     * Builds the tuner and loads its weights.
     *
     * @param name       unique among the tuners of a U-Net
     * @param layout     the U-Net's
     * @param unlabelled method and settings, used if the file does not say them itself
     * @return the tuner, to be closed by the caller
     * @throws UserException if its plugin is not installed, or if the weights do not fit this U-Net
     */
    public TunerInstance load(String name, PluginCatalogue catalogue, UNetLayout layout, Unlabelled unlabelled) {
        boolean labelled = metadata().containsKey(METHOD);
        String method;
        String settings;
        if (labelled) {
            method = metadata().get(METHOD);
            settings = metadata().getOrDefault(SETTINGS, "{}");
        } else if (unlabelled.method().isPresent()) {
            method = unlabelled.method().get();
            settings = unlabelled.settings().orElse("{}");
        } else {
            method = ScTunerWeights.METHOD;
            settings = ScTunerWeights.settings(weights);
        }
        TunerProvider<?> provider = catalogue.tuners().get(method);
        if (provider == null) {
            throw new UserException(path() + ": needs the tuner '" + method + "', which no installed plugin offers; "
                    + (catalogue.tuners().isEmpty()
                            ? "none is installed"
                            : "there are "
                                    + String.join(", ", catalogue.tuners().keySet())));
        }
        Record config = TunerSettings.read(settings, provider, path() + " (settings)");
        TunerInstance tuner = fresh(name, provider, config, layout);
        try {
            tuner.load(weights);
            return tuner;
        } catch (RuntimeException e) {
            tuner.close();
            throw e;
        }
    }

    private TunerInstance fresh(String name, TunerProvider<?> provider, Record config, UNetLayout layout) {
        try {
            return TunerInstance.create(name, provider, config, layout, 0);
        } catch (UserException e) {
            throw new UserException(path() + ": does not fit this U-Net: " + e.getMessage(), e);
        }
    }
}
