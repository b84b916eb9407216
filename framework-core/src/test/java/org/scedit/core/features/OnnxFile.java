package org.scedit.core.features;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes small networks of one node in ONNX: the protocol buffers of its ModelProto, field by field. */
final class OnnxFile {
    private static final int FLOAT = 1;
    private static final int IR_VERSION = 8;
    private static final int OPERATORS = 13;

    private OnnxFile() {}

    /**
     * A network that applies one operator to its input {@code (n, 3, side, side)}.
     *
     * @param operator such as {@code GlobalAveragePool}
     */
    static Path write(Path file, String operator, int side) {
        byte[] node = join(text(1, "x"), text(2, "y"), text(4, operator));
        byte[] graph =
                join(field(1, node), text(2, "features"), field(11, value("x", side)), field(12, value("y", -1)));
        byte[] model = join(number(1, IR_VERSION), field(8, number(2, OPERATORS)), field(7, graph));
        try {
            return Files.write(file, model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A float array of four axes whose first is free; of side -1 all are. */
    private static byte[] value(String name, int side) {
        byte[] free = field(1, text(2, "n"));
        byte[] three = side < 0 ? field(1, text(2, "c")) : field(1, number(1, 3));
        byte[] across = side < 0 ? field(1, text(2, "s")) : field(1, number(1, side));
        byte[] shape = join(free, three, across, across);
        byte[] tensor = join(number(1, FLOAT), field(2, shape));
        return join(text(1, name), field(2, field(1, tensor)));
    }

    private static byte[] text(int field, String value) {
        return field(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] field(int field, byte[] content) {
        return join(new byte[] {(byte) (field << 3 | 2)}, varint(content.length), content);
    }

    private static byte[] number(int field, int value) {
        return join(new byte[] {(byte) (field << 3)}, varint(value));
    }

    private static byte[] varint(int value) {
        var bytes = new ByteArrayOutputStream();
        int rest = value;
        while (rest > 0x7f) {
            bytes.write(rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes.write(rest);
        return bytes.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
