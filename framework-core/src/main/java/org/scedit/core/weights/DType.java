package org.scedit.core.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The number types of a safetensors file that this project reads and writes, under the names they have in the file. */
public enum DType {
    F64(8),
    F32(4),
    F16(2),
    /** The upper half of an {@link #F32}: its range with 8 bits of precision. */
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    /** One byte each, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The type of that name in a safetensors header, or empty for one that is not supported. */
    static Optional<DType> ofName(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    /** All names, for messages. */
    static String names() {
        return Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", "));
    }
}
