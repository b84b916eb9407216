package org.scedit.core.job;

import java.nio.file.Files;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.UNet;
import org.scedit.core.recipe.Recipe;

/**
 * Whether a model can do what a recipe asks of it: its sampler, its U-Net's task and the pictures' size. From configuration files alone; of a
 * file that is missing nothing is said here.
 */
public final class Drawable {
    private Drawable() {}

    /**
     * Why not; empty if it can.
     *
     * @param parts the model's
     * @param unet  the model's, without weights
     * @throws UserException if a configuration file cannot be read
     */
    public static Optional<String> whyNot(Recipe recipe, ModelParts parts, UNet unet) {
        return task(recipe, parts, unet).or(() -> size(recipe, parts)).or(() -> sampler(recipe, parts));
    }

    private static Optional<String> size(Recipe recipe, ModelParts parts) {
        if (!(recipe.data().orElse(null) instanceof Recipe.FolderData pictures) || !parts.has(Part.VAE)) {
            return Optional.empty();
        }
        int down = new Autoencoder(parts.config(Part.VAE)).downsampling();
        return pictures.size()
                .filter(side -> side % down != 0)
                .map(side -> "data.size must be a multiple of " + down + ", this model's downsampling, got " + side
                        + "; " + (side - side % down) + " and " + (side - side % down + down) + " are");
    }

    private static Optional<String> task(Recipe recipe, ModelParts parts, UNet unet) {
        if (!inpaints(parts, unet)) {
            return Optional.empty();
        }
        if (recipe.evaluate().isPresent()) {
            return Optional.of(
                    parts.path() + ": its U-Net is for inpainting, and measures are of pictures that are drawn"
                            + " from noise alone; remove 'evaluate', and follow it by its validation loss");
        }
        return recipe.sample()
                .filter(sample -> sample.mask().isEmpty())
                .map(sample -> parts.path()
                        + ": its U-Net is for inpainting and takes a picture and a mask; give sample.image"
                        + " and sample.mask");
    }

    /** Whether a model's U-Net is for inpainting, as far as its files tell. */
    public static boolean inpaints(ModelParts parts, UNet unet) {
        return parts.has(Part.VAE) && DiffusionModel.inpaints(unet, new Autoencoder(parts.config(Part.VAE)));
    }

    private static Optional<String> sampler(Recipe recipe, ModelParts parts) {
        boolean lacksSchedule = Files.isDirectory(parts.path())
                && !Files.isRegularFile(parts.path().resolve("scheduler/scheduler_config.json"));
        if (recipe.sample().isEmpty() || lacksSchedule) {
            return Optional.empty();
        }
        SchedulerConfig config = parts.scheduler();
        try {
            sampling(recipe.sample().get()).sampler(config);
            return Optional.empty();
        } catch (UserException e) {
            return Optional.of(e.getMessage());
        }
    }

    /** How a recipe's pictures are sampled. */
    static Sampling sampling(Recipe.Sample sample) {
        return new Sampling(sample.sampler(), sample.karras(), sample.steps(), sample.spacing(), 0);
    }
}
