package org.scedit.core.weights;

import com.google.common.io.CountingOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.scedit.api.WeightFile;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * Writes weights as {@code torch.save} writes a dictionary of float32 tensors, so that {@code torch.load} reads it, also
 * with {@code weights_only=True}. The same tensors in the same order give the same bytes.
 */
public final class TorchArchiveWriter {
    private static final String ROOT = "archive/";
    private static final int ALIGNMENT = 64;
    /** Header of an extra field of nothing, which moves the numbers to their alignment, as PyTorch's own. */
    private static final short PADDING_ID = 0x4246;

    private static final int EXTRA_HEADER = 4;
    private static final int LOCAL_HEADER = 30;
    /** Zip's dates begin with 1980; its first month would make Java add a second, zoned date. */
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

    private TorchArchiveWriter() {}

    /**
     * Creates or replaces {@code target}, whole or not at all.
     *
     * @param tensors by name, written in their order
     * @throws UserException if it cannot be written; what was there before is untouched
     */
    public static void write(Path target, Map<String, WeightFile.Tensor> tensors) {
        byte[] pickle = pickle(tensors);
        AtomicFiles.write(target, out -> {
            var counted = new CountingOutputStream(out);
            var zip = new ZipOutputStream(counted, StandardCharsets.UTF_8);
            put(zip, counted, "data.pkl", pickle);
            put(zip, counted, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
            int key = 0;
            for (WeightFile.Tensor tensor : tensors.values()) {
                put(zip, counted, "data/" + key++, bytes(tensor.values()));
            }
            put(zip, counted, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
            zip.finish();
        });
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static void put(ZipOutputStream zip, CountingOutputStream counted, String name, byte[] bytes)
            throws IOException {
        var entry = new ZipEntry(ROOT + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        var checksum = new CRC32();
        checksum.update(bytes);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(DATE);
        long begin = counted.getCount() + LOCAL_HEADER + ROOT.length() + name.length() + EXTRA_HEADER;
        int padding = (int) (-begin & ALIGNMENT - 1);
        entry.setExtra(ByteBuffer.allocate(EXTRA_HEADER + padding)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(PADDING_ID)
                .putShort((short) padding)
                .array());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Protocol 2: a dictionary whose values are calls of {@code _rebuild_tensor_v2} over storages "0", "1", ... */
    private static byte[] pickle(Map<String, WeightFile.Tensor> tensors) {
        var out = new Pickle();
        out.bytes(0x80, 2, '}', '(');
        int key = 0;
        for (Map.Entry<String, WeightFile.Tensor> each : tensors.entrySet()) {
            long[] shape = each.getValue().shape();
            out.text(each.getKey());
            out.name("torch._utils", "_rebuild_tensor_v2").bytes('(', '(');
            out.text("storage")
                    .name("torch", "FloatStorage")
                    .text(Integer.toString(key++))
                    .text("cpu");
            out.integer(each.getValue().values().length).bytes('t', 'Q');
            out.integer(0).integers(shape).integers(strides(shape)).bytes(0x89); // offset ... no gradient
            out.name("collections", "OrderedDict").bytes(')', 'R', 't', 'R'); // no hooks
        }
        out.bytes('u', '.');
        return out.toByteArray();
    }

    private static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= Math.max(1, shape[axis]);
        }
        return strides;
    }

    /** The few instructions of a pickle that are needed. */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle bytes(int... bytes) {
            for (int each : bytes) {
                out.write(each);
            }
            return this;
        }

        Pickle text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            bytes('X').little(bytes.length, Integer.BYTES);
            out.writeBytes(bytes);
            return this;
        }

        Pickle name(String module, String name) {
            bytes('c');
            out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle integer(long value) {
            return value <= Integer.MAX_VALUE
                    ? bytes('J').little(value, Integer.BYTES)
                    : bytes(0x8a, Long.BYTES).little(value, Long.BYTES);
        }

        Pickle integers(long[] values) {
            bytes('(');
            for (long value : values) {
                integer(value);
            }
            return bytes('t');
        }

        Pickle little(long value, int bytes) {
            for (int i = 0; i < bytes; i++) {
                out.write((int) (value >>> 8 * i));
            }
            return this;
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
