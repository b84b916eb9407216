package org.scedit.core.weights;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * Writes safetensors files, whole or not at all. The same tensors and texts give the same bytes, whatever the order of
 * the maps: wider types come first (so that each tensor is aligned), then names in alphabetical order, as the reference
 * implementation does.
 */
public final class SafetensorsWriter {
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final int ALIGNMENT = 8;
    private static final int CHUNK = 1 << 16;

    /**
     * A tensor to write.
     *
     * @param dtype type of its elements
     * @param shape sizes, outermost first; empty for a scalar
     * @param data  gives the bytes, little endian, from position to limit; asked once, when they are written, so that
     *              copies and conversions need to exist for one tensor at a time only
     */
    public record Tensor(DType dtype, long[] shape, Supplier<ByteBuffer> data) {
        public Tensor {
            if (Arrays.stream(shape).anyMatch(size -> size < 0)) {
                throw new IllegalArgumentException("negative size in shape " + Arrays.toString(shape));
            }
        }

        /** A tensor whose bytes are at hand. */
        public static Tensor of(DType dtype, long[] shape, ByteBuffer data) {
            return new Tensor(dtype, shape, () -> data);
        }

        /** {@code values}, rows first, as {@link DType#F32}. */
        public static Tensor f32(float[] values, long... shape) {
            return new Tensor(DType.F32, shape, () -> {
                ByteBuffer bytes = littleEndian(values.length, DType.F32);
                bytes.asFloatBuffer().put(values);
                return bytes;
            });
        }

        /** {@code values}, rows first, as {@link DType#F16}, rounded to nearest even. */
        public static Tensor f16(float[] values, long... shape) {
            return new Tensor(DType.F16, shape, () -> {
                ByteBuffer bytes = littleEndian(values.length, DType.F16);
                for (float value : values) {
                    bytes.putShort(HalfPrecision.toF16(value));
                }
                return bytes.flip();
            });
        }

        /** {@code values}, rows first, as {@link DType#I64}. */
        public static Tensor i64(long[] values, long... shape) {
            return new Tensor(DType.I64, shape, () -> {
                ByteBuffer bytes = littleEndian(values.length, DType.I64);
                bytes.asLongBuffer().put(values);
                return bytes;
            });
        }

        long bytes() {
            return Arrays.stream(shape).reduce(dtype.bytes(), Math::multiplyExact);
        }

        private static ByteBuffer littleEndian(int elements, DType dtype) {
            return ByteBuffer.allocate(Math.multiplyExact(elements, dtype.bytes()))
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private SafetensorsWriter() {}

    /**
     * Creates or replaces {@code target}.
     *
     * @param tensors  by name; {@code __metadata__} is not a name
     * @param metadata free texts for the header; may be empty
     * @throws IllegalArgumentException if a tensor's bytes do not fit its shape; nothing was written then
     * @throws UserException            if the file cannot be written; what was there before is untouched
     */
    public static void write(Path target, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, Tensor>> ordered = tensors.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Tensor> entry) ->
                                -entry.getValue().dtype().bytes())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        byte[] header = header(ordered, metadata);
        AtomicFiles.write(target, out -> {
            out.write(littleEndian(header.length));
            out.write(header);
            for (Map.Entry<String, Tensor> entry : ordered) {
                writeData(out, entry.getKey(), entry.getValue());
            }
        });
    }

    private static byte[] header(List<Map.Entry<String, Tensor>> ordered, Map<String, String> metadata) {
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) {
            header.add(SafetensorsHeader.METADATA, JSON.toJsonTree(new TreeMap<>(metadata)));
        }
        long begin = 0;
        for (Map.Entry<String, Tensor> entry : ordered) {
            if (entry.getKey().equals(SafetensorsHeader.METADATA)) {
                throw new IllegalArgumentException("a tensor must not be called " + SafetensorsHeader.METADATA);
            }
            Tensor tensor = entry.getValue();
            long end = begin + tensor.bytes();
            JsonObject description = new JsonObject();
            description.addProperty("dtype", tensor.dtype().name());
            description.add("shape", numbers(tensor.shape()));
            description.add("data_offsets", numbers(begin, end));
            header.add(entry.getKey(), description);
            begin = end;
        }
        byte[] text = JSON.toJson(header).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(text, (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeData(OutputStream out, String name, Tensor tensor) throws IOException {
        ByteBuffer data = tensor.data().get().duplicate();
        if (data.remaining() != tensor.bytes()) {
            throw new IllegalArgumentException("tensor '" + name + "': " + tensor.dtype() + " of shape "
                    + Arrays.toString(tensor.shape()) + " takes " + tensor.bytes() + " bytes, got "
                    + data.remaining());
        }
        byte[] chunk = new byte[CHUNK];
        while (data.hasRemaining()) {
            int length = Math.min(chunk.length, data.remaining());
            data.get(chunk, 0, length);
            out.write(chunk, 0, length);
        }
    }

    private static JsonArray numbers(long... values) {
        JsonArray array = new JsonArray(values.length);
        Arrays.stream(values).forEach(array::add);
        return array;
    }

    private static byte[] littleEndian(long value) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }
}
