package org.scedit.core.features;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.scedit.core.UserException;

/** The rows of numbers in what a network gave. */
final class FeatureRows {
    /** So many pictures or texts are put in at once. */
    private static final int BATCH = 32;

    private FeatureRows() {}

    /** Rows of all, batch by batch. */
    static <T> float[][] inBatches(List<T> all, Function<List<T>, List<float[]>> network) {
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BATCH) {
            rows.addAll(network.apply(all.subList(from, Math.min(all.size(), from + BATCH))));
        }
        return rows.toArray(float[][]::new);
    }

    /** A result's values in rows of equal length. */
    static List<float[]> of(float[] values, int rows) {
        int width = values.length / rows;
        List<float[]> result = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            result.add(Arrays.copyOfRange(values, i * width, (i + 1) * width));
        }
        return result;
    }

    /**
     * Refuses what is not one row for each picture; axes of length 1 at the end are allowed, as pooling leaves them.
     *
     * @param shapes of the network's results
     * @throws UserException that names the file and what it gave
     */
    static void require(Path file, List<Shape> shapes, int pictures) {
        if (shapes.size() != 1) {
            throw new UserException(file + ": gives " + shapes.size() + " results, expected one, the features; write a"
                    + " network that returns them alone");
        }
        Shape shape = shapes.get(0);
        boolean rows = shape.dimension() >= 2 && shape.get(0) == pictures && shape.get(1) > 0;
        for (int i = 2; i < shape.dimension(); i++) {
            rows &= shape.get(i) == 1;
        }
        if (!rows) {
            throw new UserException(file + ": gives " + shape + " for " + pictures + " pictures, expected one row of"
                    + " numbers for each, (" + pictures + ", features); pool it over the pixels in the network");
        }
    }

    /** @throws UserException always: the file's network is of pictures only */
    static float[][] noTexts(Path file) {
        throw new UserException(file + ": gives features of pictures only, and a measure asks for those of texts; leave"
                + " it out, or take the embedded features");
    }
}
