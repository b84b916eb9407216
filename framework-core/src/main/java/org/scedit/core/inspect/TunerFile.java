package org.scedit.core.inspect;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.hub.HubModel;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.weights.WeightSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * A tuner's weights, of this project or of another tool, and what they say of the method, the settings and the base
 * model they belong to.
 */
public final class TunerFile {
    /**
     * How to read a file that does not say it itself.
     *
     * @param method   id of the plugin; empty to recognise it by the names of the weights
     * @param settings the plugin's own settings as YAML, for weights with this project's names; empty where the file's
     *     format tells them
     */
    public record Unlabelled(Optional<String> method, Optional<String> settings) {
        /** Nothing is known. */
        public static final Unlabelled UNKNOWN = new Unlabelled(Optional.empty(), Optional.empty());
    }

    private static final String NAME = "scedit.name";
    private static final String BASE = "scedit.base_sha256";
    private static final String RECIPE = "scedit.recipe";

    private final WeightSource weights;

    private TunerFile(WeightSource weights) {
        this.weights = weights;
    }

    /**
     * Opens weights.
     *
     * @param path a safetensors or PyTorch file, or a folder with one and its configuration
     * @throws UserException if it is none of these, or damaged
     */
    public static TunerFile open(Path path) {
        return new TunerFile(WeightSource.open(path));
    }

    /** The path it was opened by. */
    public Path path() {
        return weights.given();
    }

    /** What the file says of itself, by key. */
    public Map<String, String> metadata() {
        return weights.metadata();
    }

    /** Its tensors, in the file's order. */
    public Collection<WeightSource.Entry> tensors() {
        return weights.entries();
    }

    /** How many numbers its tensors hold. */
    public long parameters() {
        return tensors().stream().mapToLong(WeightSource.Entry::elements).sum();
    }

    /** The name its recipe gave it; the file's or folder's own name where it does not say. */
    public String name() {
        String last = path().toAbsolutePath().normalize().getFileName().toString();
        return metadata().getOrDefault(NAME, last.replaceFirst("\\.(safetensors|bin|pt|pth|ckpt)$", ""));
    }

    /** SHA-256 of the U-Net weights it was trained on, in hex; empty where it does not say. */
    public Optional<String> baseHash() {
        return Optional.ofNullable(metadata().get(BASE)).filter(hash -> !hash.isEmpty());
    }

    /** The model folder that its recipe names, if there is such a folder here. */
    public Optional<Path> model() {
        try {
            return ofModel("path").map(Path::of).filter(Files::isDirectory);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The hub's model that its recipe names. */
    public Optional<HubModel> hubModel() {
        try {
            return ofModel("hub")
                    .map(name -> new HubModel(name, ofModel("revision").orElse(HubModel.MAIN), ofModel("commit")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A key of its recipe's block {@code model}. */
    private Optional<String> ofModel(String key) {
        try {
            Object recipe = new Yaml(new SafeConstructor(new LoaderOptions()))
                    .load(metadata().getOrDefault(RECIPE, ""));
            return recipe instanceof Map<?, ?> blocks
                            && blocks.get("model") instanceof Map<?, ?> model
                            && model.get(key) instanceof String text
                    ? Optional.of(text)
                    : Optional.empty();
        } catch (YAMLException e) {
            return Optional.empty();
        }
    }

    /**
     * Tells its method and format.
     *
     * @param unlabelled what is known of it, used if the file does not say it itself
     * @throws UserException if its method is not installed, or no installed method or several recognise it
     */
    public RecognisedFile<?> recognise(PluginCatalogue catalogue, Unlabelled unlabelled) {
        return new TunerFormats(catalogue.tuners()).recognise(weights, unlabelled);
    }

    /**
     * Loads the weights into a tuner that a recipe describes; every one of them is used.
     *
     * @param tuner    built for this U-Net
     * @param settings that it was built with
     * @throws UserException if the file is another method's, was made with settings that make another tuner, or does not
     *     fit this U-Net; then the tuner is as before
     */
    public void loadInto(TunerInstance tuner, Record settings, PluginCatalogue catalogue, UNet unet) {
        new TunerFormats(catalogue.tuners())
                .recogniseAs(weights, tuner.method(), TunerSettings.write(settings))
                .loadInto(tuner, settings, unet);
    }

    /**
     * Builds the tuner and loads its weights; every one of them is used.
     *
     * @param name       unique among the tuners of a U-Net
     * @param unet       that it is for
     * @param unlabelled method and settings, used if the file does not say them itself
     * @return the tuner, to be closed by the caller
     * @throws UserException if its plugin is not installed, or if the weights do not fit this U-Net
     */
    public TunerInstance load(String name, PluginCatalogue catalogue, UNet unet, Unlabelled unlabelled) {
        return recognise(catalogue, unlabelled).load(name, unet);
    }
}
