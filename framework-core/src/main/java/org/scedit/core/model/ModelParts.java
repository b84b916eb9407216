package org.scedit.core.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.TensorSource;

/** The parts of a model, wherever they are: each with its configuration and its weights under diffusers' names. */
public interface ModelParts {
    /** A network of the model. */
    enum Part {
        /** The U-Net. */
        UNET("unet", "U-Net"),
        /** The autoencoder. */
        VAE("vae", "autoencoder"),
        /** The text encoder; SDXL's first. */
        TEXT_ENCODER("text_encoder", "text encoder"),
        /** SDXL's second text encoder. */
        TEXT_ENCODER_2("text_encoder_2", "second text encoder");

        private final String folder;
        private final String words;

        Part(String folder, String words) {
            this.folder = folder;
            this.words = words;
        }

        /** Its folder's name in diffusers' layout. */
        public String folder() {
            return folder;
        }

        /** What it is, for messages. */
        public String words() {
            return words;
        }
    }

    /**
     * Opens a model; only the headers of its files are read.
     *
     * @throws UserException if there is nothing, or something else than a model
     */
    static ModelParts open(ModelPaths paths) {
        if (!Files.isDirectory(paths.path())) {
            throw new UserException(paths.path() + ": no such folder; name a model folder in diffusers' layout");
        }
        return FolderParts.open(paths);
    }

    /** The folder or file, for messages. */
    Path path();

    /** Whether the part is there. */
    boolean has(Part part);

    /**
     * A part's {@code config.json}, or what stands for it.
     *
     * @throws UserException if the part is missing; the message says how to name one
     */
    ConfigFile config(Part part);

    /**
     * A part's weights by diffusers' names.
     *
     * @throws UserException if they are missing or cannot be read
     */
    TensorSource weights(Part part);

    /** The files that a part's weights are in; empty if they are missing. */
    List<Path> files(Part part);

    /**
     * The tokenizer of a text encoder.
     *
     * @param encoder one of the text encoders
     * @throws UserException if it is missing; the message says how to name one
     */
    ClipTokenizer tokenizer(Part encoder);

    /**
     * Whether a prompt that is left out is zeros to the U-Net rather than the empty text: diffusers'
     * {@code force_zeros_for_empty_prompt}.
     */
    boolean zeroesEmptyPrompt();

    /** The noise schedule the model was trained with. */
    SchedulerConfig scheduler();

    /**
     * Refuses a model that is not complete, before anything is loaded.
     *
     * @param allWeights whether the U-Net's and the text encoder's weights are needed
     * @throws UserException that names all that is missing
     */
    void requireComplete(boolean allWeights);
}
