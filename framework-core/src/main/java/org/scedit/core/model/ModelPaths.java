package org.scedit.core.model;

import java.nio.file.Path;
import java.util.Optional;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

/**
 * Where a model is, as a user names it.
 *
 * @param path       a folder in diffusers' layout
 * @param variant    of its weights, such as {@code fp16}; empty: the plain files, or {@code fp16} where there are none
 * @param prediction what the U-Net is expected to predict; empty: whatever the model says
 */
public record ModelPaths(Path path, Optional<String> variant, Optional<PredictionType> prediction) {
    /** A model that needs nothing else. */
    public static ModelPaths of(Path path) {
        return new ModelPaths(path, Optional.empty(), Optional.empty());
    }
}
