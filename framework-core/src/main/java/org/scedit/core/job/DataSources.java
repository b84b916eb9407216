package org.scedit.core.job;

import java.io.PrintStream;
import java.util.Optional;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.engine.Randomness;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.Style;

/** Opens the data of a recipe. */
final class DataSources {
    private DataSources() {}

    /**
     * What a recipe reads.
     *
     * @param training what is trained on
     * @param heldOut  what is not; empty where nothing is validated
     */
    record Parts(Dataset training, Optional<Dataset> heldOut) {
        /** Held-out pictures of a folder. */
        Optional<ImageFolder> heldOutFiles() {
            return heldOut.filter(ImageFolder.class::isInstance).map(ImageFolder.class::cast);
        }
    }

    /**
     * The recipe's data, and what its {@code validation} holds out: of scenes, others of another seed; of a folder,
     * another folder or a share of it.
     *
     * @param size side of the pictures the model takes, in pixels
     */
    static Parts parts(Recipe recipe, int size, PrintStream out) {
        Dataset all = open(recipe.data().orElseThrow(), size, out);
        if (recipe.validation().isEmpty()) {
            return new Parts(all, Optional.empty());
        }
        Recipe.Validation validation = recipe.validation().get();
        if (recipe.data().get() instanceof Recipe.ScenesData scenes) {
            long others = Randomness.seed(validation.seed(), "held-out scenes", 0);
            return new Parts(
                    all,
                    Optional.of(new SceneDataset(
                            others, scenes.split(), scenes.objects(), scenes.styles(), validation.count())));
        }
        ImageFolder pictures = (ImageFolder) all;
        if (validation.fraction().isPresent()) {
            ImageFolder.Parts parts = pictures.split(validation.fraction().get());
            return new Parts(parts.first(), Optional.of(parts.rest()));
        }
        Recipe.FolderData folder = (Recipe.FolderData) recipe.data().get();
        var heldOut = new Recipe.FolderData(validation.path().orElseThrow(), folder.size(), folder.unreadable());
        return new Parts(all, Optional.of(open(heldOut, size, out)));
    }

    /** @param size side of the pictures the model takes, in pixels */
    static Dataset open(Recipe.Data data, int size, PrintStream out) {
        if (data instanceof Recipe.ScenesData scenes) {
            return new SceneDataset(scenes.seed(), scenes.split(), scenes.objects(), scenes.styles(), scenes.count());
        }
        Recipe.FolderData folder = (Recipe.FolderData) data;
        ImageFolder pictures = ImageFolder.open(
                folder.path(), folder.size().orElse(size), folder.unreadable() == Recipe.Unreadable.SKIP);
        pictures.skipped().forEach(skipped -> out.println("skipped " + skipped.file() + ": " + skipped.reason()));
        return pictures;
    }

    /** The style that is learned first; plain where no scenes are. */
    static Style style(Recipe recipe) {
        return recipe.data().orElse(null) instanceof Recipe.ScenesData scenes
                ? scenes.styles().get(0)
                : Style.PLAIN;
    }
}
