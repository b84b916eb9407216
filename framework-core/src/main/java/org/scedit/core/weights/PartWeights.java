package org.scedit.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The weights of a part of a model: tensors by name, wherever they lie. What there is is known and checked; numbers are
 * read, or mapped, when they are asked for.
 */
public final class PartWeights {
    private final Path path;
    private final Map<String, Tensor> tensors;

    /**
     * A tensor.
     *
     * @param name  its key
     * @param dtype type of its numbers in the file
     * @param shape sizes, outermost first; empty for a scalar
     * @param data  its bytes, row by row, in a little-endian direct buffer that may be read-only
     */
    public record Tensor(String name, DType dtype, long[] shape, Supplier<ByteBuffer> data) {
        /** Its numbers, widened to floats as {@link HalfPrecision#toFloats}. */
        public float[] floats() {
            return HalfPrecision.toFloats(data.get(), dtype);
        }

        /** The same numbers under another name. */
        public Tensor named(String other) {
            return new Tensor(other, dtype, shape, data);
        }

        /**
         * One of equal parts along the first axis, in place.
         *
         * @param part  0..parts-1
         * @param parts a divisor of the first size
         */
        public Tensor part(String name, int part, int parts) {
            long[] size = shape.clone();
            size[0] /= parts;
            return new Tensor(name, dtype, size, () -> {
                ByteBuffer all = data.get();
                int bytes = all.remaining() / parts;
                return all.slice(all.position() + part * bytes, bytes).order(ByteOrder.LITTLE_ENDIAN);
            });
        }

        /** A matrix with rows and columns exchanged; copied when it is read. */
        public Tensor transposed(String name) {
            int rows = (int) shape[0];
            int columns = (int) shape[1];
            return new Tensor(name, dtype, new long[] {columns, rows}, () -> {
                ByteBuffer from = data.get();
                int size = dtype.bytes();
                ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < rows * columns; i++) {
                    int row = i / columns;
                    int column = i % columns;
                    to.put((column * rows + row) * size, from, from.position() + i * size, size);
                }
                return to;
            });
        }
    }

    private PartWeights(Path path, Map<String, Tensor> tensors) {
        this.path = path;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** Those of a safetensors file, mapped. */
    public static PartWeights of(SafetensorsFile file) {
        return of(
                file.path(),
                file.entries().values().stream()
                        .map(each ->
                                new Tensor(each.name(), each.dtype(), each.shape(), () -> file.data(each.name()))));
    }

    /** Those of a PyTorch file, each copied when it is read. */
    public static PartWeights of(Path path, TorchArchive archive) {
        return of(
                path,
                archive.shapes().entrySet().stream()
                        .map(each -> new Tensor(
                                each.getKey(),
                                archive.dtype(each.getKey()),
                                each.getValue(),
                                () -> archive.data(each.getKey()))));
    }

    /** @param path what messages name as their source: a file, or the index of several */
    public static PartWeights of(Path path, Stream<Tensor> tensors) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        tensors.forEach(each -> byName.put(each.name(), each));
        return new PartWeights(path, byName);
    }

    /** The file they lie in, or the index of several; for messages. */
    public Path path() {
        return path;
    }

    /** What there is, by name, in the files' order; cannot be changed. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Those whose names begin so, without that beginning. */
    public PartWeights below(String prefix) {
        return map(each -> each.name().startsWith(prefix)
                ? Stream.of(each.named(each.name().substring(prefix.length())))
                : Stream.empty());
    }

    /** Each tensor replaced by those that the function makes of it. */
    public PartWeights map(Function<Tensor, Stream<Tensor>> function) {
        return of(path, tensors.values().stream().flatMap(function));
    }

    /** Those of several files of one part; a name is expected in one of them only. */
    static PartWeights joined(Path path, List<PartWeights> files) {
        List<Tensor> all = new ArrayList<>();
        files.forEach(each -> all.addAll(each.tensors.values()));
        return of(path, all.stream());
    }
}
