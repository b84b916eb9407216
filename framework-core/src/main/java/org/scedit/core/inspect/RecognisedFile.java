package org.scedit.core.inspect;

import java.util.Map;
import java.util.function.Consumer;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.weights.WeightSource;

/**
 * A file of weights whose method and format are known.
 *
 * @param provider the method
 * @param format   of the file
 * @param file     the file
 */
public record RecognisedFile<C extends Record>(TunerProvider<C> provider, TunerFormat<C> format, WeightSource file) {
    /** A file's settings and weights as this framework has them, checked to fit a U-Net. */
    public static final class Converted<C extends Record> {
        private final RecognisedFile<C> from;
        private final UNetLayout unet;
        private final TunerFormat.Content<C> content;
        private final Map<String, String> targets;

        private Converted(RecognisedFile<C> from, UNetLayout unet, TunerFormat.Content<C> content, Tuner tuner) {
            this.from = from;
            this.unet = unet;
            this.content = content;
            targets = new KeyTargets(tuner)
                    .of(from.file.entries().stream()
                            .map(WeightSource.Entry::name)
                            .toList());
        }

        /** The point that a weight of the file is for, by the file's names; without those whose name does not tell. */
        public Map<String, String> targets() {
            return targets;
        }

        /** The settings as one line of YAML. */
        public String settings() {
            return TunerSettings.write(content.config());
        }

        /**
         * The same in another format.
         *
         * @param id       {@code scedit}, or one of the method's formats
         * @param metadata whether the file to write can hold any
         * @throws UserException if the method has no such format, it cannot say this, or not without metadata
         */
        public WeightFile to(String id, boolean metadata) {
            TunerFormat<C> target = TunerFormats.format(from.provider, id);
            try {
                WeightFile written = target.write(content, unet);
                if (metadata || written.metadata().isEmpty()) {
                    return written;
                }
                var bare = new WeightFile(written.tensors(), Map.of(), written.config());
                if (!target.matches(bare) || !target.read(bare, unet).config().equals(content.config())) {
                    throw new IllegalArgumentException("a PyTorch file has no place for the settings " + settings()
                            + ", which would be lost; name a file that ends in .safetensors");
                }
                return bare;
            } catch (IllegalArgumentException e) {
                throw new UserException(from.file.given() + ": cannot be written as " + id + ": " + e.getMessage(), e);
            }
        }
    }

    /** The format's id: {@code scedit} for this project's own. */
    public String formatId() {
        return format.id();
    }

    /**
     * Reads the file for a U-Net.
     *
     * @throws UserException if a weight belongs to nothing in it, is missing or has another size; the message lists them
     */
    public Converted<C> convert(UNet unet) {
        TunerFormat.Content<C> content = content(unet.layout());
        try (TunerInstance tuner = loaded(provider.id(), content, unet)) {
            return new Converted<>(this, unet.layout(), content, tuner.tuner());
        }
    }

    /**
     * Builds the tuner and loads its weights.
     *
     * @param name unique among the tuners of a U-Net
     * @return the tuner, to be closed by the caller
     * @throws UserException as {@link #convert}
     */
    public TunerInstance load(String name, UNet unet) {
        if (format instanceof FrameworkFormat<C> own && file.safetensors().isPresent()) {
            // by mapping, one weight at a time
            return loaded(
                    name,
                    own.config(file.metadata()),
                    unet,
                    tuner -> tuner.load(file.safetensors().get()));
        }
        return loaded(name, content(unet.layout()), unet);
    }

    /**
     * Loads the weights into a tuner of this method.
     *
     * @param tuner    built for this U-Net
     * @param settings that it was built with
     * @throws UserException as {@link #convert}, and if the file's settings make another tuner: one with other weights, or
     *     that does something else with the same ones; the message lists the settings
     */
    void loadInto(TunerInstance tuner, Record settings, UNet unet) {
        if (format instanceof FrameworkFormat<C> own && file.safetensors().isPresent()) {
            requireSameTuner(own.config(file.metadata()), tuner, settings, unet);
            tuner.load(file.safetensors().get());
            return;
        }
        TunerFormat.Content<C> content = content(unet.layout());
        requireSameTuner(content.config(), tuner, settings, unet);
        tuner.load(content.weights(), file.given().toString());
    }

    private void requireSameTuner(C config, TunerInstance tuner, Record settings, UNet unet) {
        if (config.equals(settings)) {
            return;
        }
        // settings can be written in several ways, such as patterns of layers: what counts is what they come to
        try (TunerInstance made = fresh(tuner.name(), config, unet)) {
            if (!made.shapes().equals(tuner.shapes())
                    || !made.tuner().constants().equals(tuner.tuner().constants())) {
                throw new UserException(file.given() + ": was made with other settings than those of tuner '"
                        + tuner.name() + "' (" + tuner.method() + ")\n  "
                        + String.join("\n  ", TunerSettings.differences(config, settings))
                        + "\nnothing was loaded; write the file's settings, or leave out 'weights'");
            }
        }
    }

    private TunerFormat.Content<C> content(UNetLayout layout) {
        try {
            return format.read(file.read(), layout);
        } catch (IllegalArgumentException e) {
            throw new UserException(file.given() + ": does not fit this U-Net as " + this + ": " + e.getMessage(), e);
        }
    }

    private TunerInstance loaded(String name, TunerFormat.Content<C> content, UNet unet) {
        return loaded(
                name,
                content.config(),
                unet,
                tuner -> tuner.load(content.weights(), file.given().toString()));
    }

    private TunerInstance loaded(String name, C config, UNet unet, Consumer<TunerInstance> load) {
        TunerInstance tuner = fresh(name, config, unet);
        try {
            load.accept(tuner);
            return tuner;
        } catch (RuntimeException e) {
            tuner.close();
            throw e;
        }
    }

    private TunerInstance fresh(String name, C config, UNet unet) {
        try {
            return TunerInstance.create(name, provider, config, unet, 0);
        } catch (UserException e) {
            throw new UserException(file.given() + ": does not fit this U-Net: " + e.getMessage(), e);
        }
    }

    /** Such as {@code lora (kohya)}. */
    @Override
    public String toString() {
        return provider.id() + " (" + format.id() + ")";
    }
}
