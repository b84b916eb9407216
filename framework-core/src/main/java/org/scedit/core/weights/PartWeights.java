package org.scedit.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Weights put together from tensors of other sources, under names of their own. The numbers stay where they are until
 * they are asked for.
 */
public final class PartWeights implements TensorSource {
    private final Path path;
    private final boolean mapped;
    private final Map<String, WeightSource.Entry> entries = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Where a tensor's bytes come from. */
    private interface Bytes {
        ByteBuffer read();
    }

    /** A tensor of some source, or what can be made of one. */
    public static final class Tensor {
        private final WeightSource.Entry entry;
        private final Bytes bytes;

        private Tensor(String name, DType dtype, long[] shape, Bytes bytes) {
            entry = new WeightSource.Entry(name, dtype, shape);
            this.bytes = bytes;
        }

        /** A tensor as its source has it. */
        public static Tensor of(TensorSource source, WeightSource.Entry entry) {
            return new Tensor(entry.name(), entry.dtype(), entry.shape(), () -> source.data(entry.name()));
        }

        /** Its name. */
        public String name() {
            return entry.name();
        }

        /** The same numbers under another name. */
        public Tensor named(String other) {
            return new Tensor(other, entry.dtype(), entry.shape(), bytes);
        }

        /**
         * One of equal parts along the first axis, in place; the tensor itself if that has no such parts.
         *
         * @param part  0..parts-1
         * @param parts how many
         */
        public Tensor part(String name, int part, int parts) {
            long[] size = entry.shape().clone();
            if (size.length == 0 || size[0] % parts != 0) {
                return named(name);
            }
            size[0] /= parts;
            return new Tensor(name, entry.dtype(), size, () -> {
                ByteBuffer all = bytes.read();
                int length = all.remaining() / parts;
                return all.slice(part * length, length).order(ByteOrder.LITTLE_ENDIAN);
            });
        }

        /** A matrix with rows and columns exchanged, copied when it is read; the tensor itself if it is no matrix. */
        public Tensor transposed(String name) {
            if (entry.shape().length != 2) {
                return named(name);
            }
            int rows = (int) entry.shape()[0];
            int columns = (int) entry.shape()[1];
            return new Tensor(name, entry.dtype(), new long[] {columns, rows}, () -> {
                ByteBuffer from = bytes.read();
                int size = entry.dtype().bytes();
                ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < rows * columns; i++) {
                    int row = i / columns;
                    int column = i % columns;
                    to.put((column * rows + row) * size, from, i * size, size);
                }
                return to;
            });
        }
    }

    private PartWeights(Path path, boolean mapped, Stream<Tensor> all) {
        this.path = path;
        this.mapped = mapped;
        all.forEach(each -> {
            entries.put(each.name(), each.entry);
            tensors.put(each.name(), each);
        });
    }

    /** Those of a source, each replaced by what the function makes of it. */
    public static PartWeights of(TensorSource source, Function<Tensor, Stream<Tensor>> function) {
        return new PartWeights(source.path(), source.isMapped(), all(source).flatMap(function));
    }

    /** Those of a source whose names begin so, without that beginning. */
    public static PartWeights below(TensorSource source, String prefix) {
        return of(
                source,
                each -> each.name().startsWith(prefix)
                        ? Stream.of(each.named(each.name().substring(prefix.length())))
                        : Stream.empty());
    }

    /**
     * Those of several sources together.
     *
     * @param path what messages name as their source
     */
    public static PartWeights joined(Path path, List<? extends TensorSource> sources) {
        return new PartWeights(
                path,
                sources.stream().allMatch(TensorSource::isMapped),
                sources.stream().flatMap(PartWeights::all));
    }

    private static Stream<Tensor> all(TensorSource source) {
        return source.tensors().values().stream().map(each -> Tensor.of(source, each));
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, WeightSource.Entry> tensors() {
        return Collections.unmodifiableMap(entries);
    }

    @Override
    public boolean isMapped() {
        return mapped;
    }

    @Override
    public ByteBuffer data(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(path + " has no tensor '" + name + "'");
        }
        return tensor.bytes.read();
    }
}
