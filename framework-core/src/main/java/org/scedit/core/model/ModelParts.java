package org.scedit.core.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.model.single.SingleFile;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.PartFiles.Saver;
import org.scedit.core.weights.TensorSource;

/** The parts of a model, wherever they are: each with its configuration and its weights under diffusers' names. */
public interface ModelParts {
    /** The key of {@code model_index.json} that {@link #zeroesEmptyPrompt} is. */
    String ZEROS = "force_zeros_for_empty_prompt";

    /** A network of the model. */
    enum Part {
        /** The U-Net. */
        UNET("unet", "U-Net", Saver.DIFFUSERS),
        /** The autoencoder. */
        VAE("vae", "autoencoder", Saver.DIFFUSERS),
        /** The text encoder; SDXL's first. */
        TEXT_ENCODER("text_encoder", "text encoder", Saver.TRANSFORMERS),
        /** SDXL's second text encoder. */
        TEXT_ENCODER_2("text_encoder_2", "second text encoder", Saver.TRANSFORMERS);

        private final String folder;
        private final String words;
        private final Saver saver;

        Part(String folder, String words, Saver saver) {
            this.folder = folder;
            this.words = words;
            this.saver = saver;
        }

        /** Its folder's name in diffusers' layout. */
        public String folder() {
            return folder;
        }

        /** What it is, for messages. */
        public String words() {
            return words;
        }

        /** Who saves it in diffusers' layout. */
        public Saver saver() {
            return saver;
        }
    }

    /**
     * Opens a model; only the headers of its files are read.
     *
     * @throws UserException if there is nothing, or something else than a model
     */
    static ModelParts open(ModelPaths paths) {
        if (!Files.exists(paths.path())) {
            throw new UserException(paths.path() + ": no such file or folder; name a model folder in diffusers' layout,"
                    + " or a single file with all parts of a model");
        }
        return Files.isDirectory(paths.path()) ? FolderParts.open(paths) : SingleFile.open(paths);
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
     * {@value #ZEROS}.
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

    /** What a user should know of how the model was understood, a line each. */
    default List<String> notices() {
        return List.of();
    }
}
