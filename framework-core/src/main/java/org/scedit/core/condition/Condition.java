package org.scedit.core.condition;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.ImageFolder;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Randomness;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.Style;

/**
 * A condition that tuners take.
 *
 * @param name    what they ask for
 * @param dropout share of training pictures whose map is black, 0..1
 * @param maker   makes its maps
 */
public record Condition(String name, double dropout, MapMaker maker) {
    /** Seed of what an annotator draws by chance for a picture: a function of the run's, this condition and a number. */
    public long seed(long seed, long index) {
        return Randomness.seed(seed, "map " + name, index);
    }

    /**
     * The map of a scene.
     *
     * @param style that an annotator sees it in
     * @param side  width and height of the map in pixels
     * @param seed  of what an annotator draws by chance
     * @throws IllegalStateException if its maps have to be given
     */
    public Picture ofScene(Scene scene, Style style, int side, long seed) {
        if (maker instanceof MapMaker.Annotated<?> annotated) {
            return annotated.of(Pictures.fit(SceneRenderer.render(scene, style), side), seed);
        }
        if (maker instanceof MapMaker.OfScene exact) {
            return Pictures.fitMap(exact.map().of(scene), side);
        }
        throw new IllegalStateException("condition '" + name + "' has ready maps only, none of scenes");
    }

    /**
     * What this condition makes of a picture that was drawn: a map of the same kind as those that are followed.
     *
     * @param seed of what an annotator draws by chance
     * @throws IllegalArgumentException if it is of scenes and the picture is not of a scene's size
     * @throws IllegalStateException if its maps have to be given
     */
    public Picture ofDrawn(Picture picture, long seed) {
        if (maker instanceof MapMaker.Annotated<?> annotated) {
            return annotated.of(picture, seed);
        }
        if (maker instanceof MapMaker.OfScene exact) {
            return exact.map().seenIn(picture);
        }
        throw new IllegalStateException("condition '" + name + "' has ready maps only, none of drawn pictures");
    }

    /**
     * The maps of scenes.
     *
     * @param style that an annotator sees them in
     * @param side  width and height of the maps in pixels
     * @param seed  the run's
     * @return one for each scene
     */
    public List<Picture> ofScenes(List<Scene> scenes, Style style, int side, long seed) {
        List<Picture> maps = new ArrayList<>();
        for (Scene scene : scenes) {
            maps.add(ofScene(scene, style, side, seed(seed, maps.size())));
        }
        return maps;
    }

    /**
     * The maps of some pictures that are to be drawn.
     *
     * @param controls a picture for all of them, or a folder with one for each, in the order of the names. A picture is
     *     resized until it covers the size, and the middle is taken
     * @param ready    whether these are maps already, which must have the size; always so where no annotator makes the
     *     maps
     * @param pictures how many
     * @param seed     the run's
     * @return one for each picture, {@code width x height}
     * @throws UserException if the folder holds another number of pictures, one cannot be read, or a ready map has
     *     another size
     */
    public List<Picture> ofControls(Path controls, boolean ready, int pictures, int width, int height, long seed) {
        if (!Files.isDirectory(controls)) {
            return Collections.nCopies(pictures, ofControl(controls, ready, width, height, seed(seed, 0)));
        }
        List<Path> files = ImageFolder.pictures(controls);
        if (files.size() != pictures) {
            throw new UserException(controls + ": holds " + files.size() + " pictures for condition '" + name + "', "
                    + pictures + (pictures == 1 ? " is" : " are")
                    + " drawn; put one for each prompt into it, or name one picture for all");
        }
        List<Picture> maps = new ArrayList<>();
        for (Path file : files) {
            maps.add(ofControl(file, ready, width, height, seed(seed, maps.size())));
        }
        return maps;
    }

    private Picture ofControl(Path file, boolean ready, int width, int height, long seed) {
        if (!ready && maker instanceof MapMaker.Annotated<?> annotated) {
            return annotated.of(Pictures.fit(Pictures.read(file), width, height), seed);
        }
        Picture map = Pictures.readMap(file);
        if (map.width() != width || map.height() != height) {
            throw new UserException(file + ": is of " + map.width() + "x" + map.height() + " pixels; a ready map of"
                    + " condition '" + name + "' must be of " + width + "x" + height + ", as what is drawn");
        }
        return map;
    }
}
