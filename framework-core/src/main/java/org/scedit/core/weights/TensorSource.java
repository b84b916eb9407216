package org.scedit.core.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.scedit.core.UserException;

/** Tensors by name, known and checked, whose numbers are read one tensor at a time when asked for. */
public interface TensorSource {
    /** The file they are in, for messages. */
    Path path();

    /** Type and shape of each by its name, in the file's order; cannot be changed. */
    Map<String, WeightSource.Entry> tensors();

    /**
     * A tensor's bytes, rows first: direct, little endian, from 0 to their size, aligned to the element's size. They may
     * be mapped from a file and then read-only: an operation that changes a tensor made over them in place ends the
     * process.
     *
     * @throws IllegalArgumentException if there is no tensor of that name
     * @throws UserException            if the tensor has 2 GiB or more, or the file cannot be read
     */
    ByteBuffer data(String name);

    /**
     * Whether {@link #data} is mapped from the file, apart from single tensors that have to be copied: as good as kept on
     * the disk; else every one is a copy in memory.
     */
    boolean isMapped();

    /**
     * A tensor's values widened to floats, as {@link HalfPrecision#toFloats}.
     *
     * @throws IllegalArgumentException if there is no tensor of that name
     * @throws UserException            as {@link #data}
     */
    default float[] floats(String name) {
        return HalfPrecision.toFloats(data(name), tensors().get(name).dtype());
    }
}
