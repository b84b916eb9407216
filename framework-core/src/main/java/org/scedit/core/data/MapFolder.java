package org.scedit.core.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

/**
 * Ready condition maps of the pictures of an {@link ImageFolder}: for {@code sub/cat.jpg} either {@code sub/cat.jpg} or
 * {@code sub/cat.png}, of the picture's size. Maps are resized and cropped as their pictures are, by the nearest pixel;
 * transparent parts are black.
 */
public final class MapFolder {
    /** More lines than this help nobody; the count still tells all. */
    private static final int MOST_PROBLEMS = 8;

    private final List<Path> files;
    private final int side;

    private MapFolder(List<Path> files, int side) {
        this.files = List.copyOf(files);
        this.side = side;
    }

    /**
     * Opens a folder and looks at every map in it that is needed.
     *
     * @throws UserException if maps are missing, unreadable or of another size than their picture; names the first few
     */
    public static MapFolder open(Path folder, ImageFolder pictures) {
        List<Path> files = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            Path file = folder.resolve(pictures.name(i));
            if (!Files.isRegularFile(file)) {
                file = png(file);
            }
            files.add(file);
            String problem = problem(file, pictures.file(i));
            if (problem != null) {
                problems.add(problem);
            }
        }
        if (problems.isEmpty()) {
            return new MapFolder(files, pictures.side());
        }
        List<String> told = new ArrayList<>(problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS)));
        if (told.size() < problems.size()) {
            told.add("... and " + (problems.size() - told.size()) + " more");
        }
        throw new UserException(folder + ": does not hold a map for each picture\n  " + String.join("\n  ", told) + "\n"
                + problems.size() + " of " + pictures.size() + " maps do not fit; make them with scedit annotate");
    }

    /**
     * The map of a picture, of the size of the data set's examples.
     *
     * @param index of the picture
     * @throws UserException if its file has become unreadable since
     */
    public Picture map(int index) {
        return Pictures.fitMap(Pictures.readMap(files.get(index)), side);
    }

    /** The name with which maps are written: ending in {@code .png}. */
    public static Path png(Path picture) {
        String name = picture.getFileName().toString();
        return picture.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".png");
    }

    private static String problem(Path file, Path pictureFile) {
        if (!Files.isRegularFile(file)) {
            return pictureFile + ": has no map " + file;
        }
        try {
            Picture map = Pictures.readMap(file);
            Picture picture = Pictures.read(pictureFile);
            boolean fits = map.width() == picture.width() && map.height() == picture.height();
            return fits
                    ? null
                    : file + ": is of " + map.width() + "x" + map.height() + " pixels, its picture " + pictureFile
                            + " of " + picture.width() + "x" + picture.height();
        } catch (UserException e) {
            return e.getMessage();
        }
    }
}
