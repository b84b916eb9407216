package org.scedit.core.model.single;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.scedit.core.UserException;
import org.scedit.core.weights.TensorSource;

/**
 * Names and shapes of the tensors of a file that begin with a prefix, which is taken off.
 *
 * @param file   for messages
 * @param prefix such as {@code model.diffusion_model.}; may be empty
 * @param sizes  shapes by name
 */
record Shapes(Path file, String prefix, TreeMap<String, long[]> sizes) {
    /** Those of a file. */
    static Shapes of(TensorSource file, String prefix) {
        var sizes = new TreeMap<String, long[]>();
        file.tensors().forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                sizes.put(name.substring(prefix.length()), tensor.shape());
            }
        });
        return new Shapes(file.path(), prefix, sizes);
    }

    /** The names. */
    Set<String> names() {
        return sizes.keySet();
    }

    boolean has(String name) {
        return sizes.containsKey(name);
    }

    /** Whether a name begins so. */
    boolean any(String start) {
        Map.Entry<String, long[]> next = sizes.ceilingEntry(start);
        return next != null && next.getKey().startsWith(start);
    }

    /** How many of {@code start.0., start.1., ...} there are without a gap. */
    int count(String start) {
        int count = 0;
        while (any(start + "." + count + ".")) {
            count++;
        }
        return count;
    }

    /** How many axes a tensor has. */
    int axes(String name) {
        return of(name).length;
    }

    /** @throws UserException if there is no such tensor, or it has no such axis */
    int size(String name, int axis) {
        long[] shape = of(name);
        if (axis >= shape.length || shape[axis] > Integer.MAX_VALUE) {
            throw new UserException(file + ": tensor '" + prefix + name + "' has " + shape.length
                    + " axes, which no supported model has; " + Recognition.SUPPORTED);
        }
        return (int) shape[axis];
    }

    private long[] of(String name) {
        long[] shape = sizes.get(name);
        if (shape == null) {
            throw new UserException(file + ": lacks the tensor '" + prefix + name
                    + "', so it is cut short or of no supported model; " + Recognition.SUPPORTED);
        }
        return shape;
    }
}
