package org.scedit.core.job;

import java.io.PrintStream;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.Style;

/** Opens the data of a recipe. */
final class DataSources {
    private DataSources() {}

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
