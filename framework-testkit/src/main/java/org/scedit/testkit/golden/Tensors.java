package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;

/** A file of inputs ({@code in.*}) and expected outputs ({@code out.*, grad.*}), which knows what was compared. */
final class Tensors {
    private final SafetensorsFile file;
    private final Set<String> compared = new LinkedHashSet<>();
    private Predicate<String> aside = name -> false;

    Tensors(SafetensorsFile file) {
        this.file = file;
    }

    Set<String> names() {
        return file.entries().keySet();
    }

    /** Names that begin so, without that beginning. */
    List<String> below(String prefix) {
        return names().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    boolean has(String name) {
        return names().contains(name);
    }

    Shape shape(String name) {
        require(name);
        return new Shape(file.entries().get(name).shape());
    }

    /** A float32 array; belongs to the manager. */
    NDArray array(NDManager manager, String name) {
        return Torch.of(manager, floats(name), shape(name));
    }

    float[] floats(String name) {
        require(name);
        return file.floats(name);
    }

    long[] longs(String name) {
        require(name);
        LongBuffer buffer = file.data(name).asLongBuffer();
        long[] values = new long[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    /** Whole numbers of shape {@code (rows, columns)}. */
    long[][] rows(String name) {
        long[] flat = longs(name);
        int columns = (int) shape(name).get(1);
        long[][] rows = new long[flat.length / columns][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(flat, i * columns, (i + 1) * columns);
        }
        return rows;
    }

    /** The timesteps of a batch as the U-Net takes them. */
    float[] timesteps(String name) {
        long[] values = longs(name);
        float[] timesteps = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            timesteps[i] = values[i];
        }
        return timesteps;
    }

    /** An expected output, from now on one that was compared. */
    float[] expected(String name) {
        float[] values = floats(name);
        compared.add(name);
        return values;
    }

    long[] expectedLongs(String name) {
        long[] values = longs(name);
        compared.add(name);
        return values;
    }

    /** Leaves outputs aside that belong to something not yet supported. */
    void leaveAside(Predicate<String> names) {
        aside = names;
    }

    List<String> notCompared() {
        return names().stream()
                .filter(name -> name.startsWith("out.")
                        || name.startsWith("grad.")
                        || name.equals("add.out")
                        || name.equals("velocity.out"))
                .filter(name -> !compared.contains(name) && !aside.test(name))
                .map(name -> file.path().getFileName() + " " + name)
                .toList();
    }

    private void require(String name) {
        if (!has(name)) {
            throw new AssertionError(file.path() + ": has no tensor '" + name + "', which this case needs");
        }
    }
}
