package org.scedit.core.model;

import java.nio.file.Path;
import java.util.Optional;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

/**
 * Where a model is, as a user names it.
 *
 * @param path        a folder in diffusers' layout, or a single file in the layout of Latent Diffusion
 * @param variant     of a folder's weights, such as {@code fp16}; empty: the plain files, or {@code fp16} where there are
 *                    none
 * @param config      a folder in diffusers' layout whose {@code config.json} files, scheduler and tokenizer describe a
 *                    single file; empty: told from the file
 * @param tokenizer   for a single file: a folder with CLIP's {@code vocab.json} and {@code merges.txt}
 * @param vae         for a single file: an autoencoder instead of its own, a folder or a file
 * @param textEncoder for a single file: a text encoder instead of its (first) own, a folder or a file
 * @param textEncoder2 for a single file of SDXL: a second text encoder instead of its own, a folder or a file
 * @param prediction  what the U-Net predicts, where a single file does not tell; what a folder tells must be the same;
 *                    empty: whatever the model says
 */
public record ModelPaths(
        Path path,
        Optional<String> variant,
        Optional<Path> config,
        Optional<Path> tokenizer,
        Optional<Path> vae,
        Optional<Path> textEncoder,
        Optional<Path> textEncoder2,
        Optional<PredictionType> prediction) {
    /** A model that needs nothing else. */
    public static ModelPaths of(Path path) {
        return new ModelPaths(
                path,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
