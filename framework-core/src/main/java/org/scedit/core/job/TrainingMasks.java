package org.scedit.core.job;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.condition.RecipeConditions;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.data.MapFolder;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.train.LatentBatches;

/** The masks of a data set's pictures, trained on or held out, for a U-Net for inpainting. */
final class TrainingMasks {
    private static final byte LIGHT = (byte) 255;

    private TrainingMasks() {}

    /**
     * Masks by an annotator, where it changes a white picture; or ready ones, one a picture.
     *
     * @param recipe     that trains
     * @param perPicture masks of each picture, where an annotator draws them
     * @param seed       of what annotators draw
     * @throws UserException if the recipe's condition cannot mask, or ready masks do not fit the pictures
     */
    static LatentBatches.Masks of(
            Recipe recipe, Map<String, Annotator<?>> annotators, Dataset data, int perPicture, long seed) {
        Condition condition = RecipeConditions.mask(recipe, annotators);
        if (condition.maker() instanceof MapMaker.Annotated<?> annotated) {
            return new LatentBatches.Masks(perPicture, (picture, number) -> {
                Picture like = data.get(picture).picture();
                long drawn = condition.seed(seed, (long) picture * perPicture + number);
                boolean whole = new SplittableRandom(drawn).nextDouble() < condition.dropout();
                Picture white = white(like.width(), like.height());
                return whole ? white : changed(annotated.of(white, drawn));
            });
        }
        if (condition.maker() instanceof MapMaker.Ready ready) {
            var folder = MapFolder.open(ready.folder().orElseThrow(), (ImageFolder) data);
            return new LatentBatches.Masks(1, (picture, number) -> folder.map(picture));
        }
        throw new UserException("condition '" + condition.name() + "' uses scene, which hides nothing; use inpainting,"
                + " outpainting, or file with ready masks");
    }

    /** Light where a map of a white picture is not white. */
    private static Picture changed(Picture map) {
        byte[] rgb = map.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            boolean kept = rgb[i] == LIGHT && rgb[i + 1] == LIGHT && rgb[i + 2] == LIGHT;
            Arrays.fill(rgb, i, i + 3, kept ? 0 : LIGHT);
        }
        return Picture.of(map.width(), map.height(), rgb);
    }

    private static Picture white(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, LIGHT);
        return Picture.of(width, height, rgb);
    }
}
