package org.scedit.core.engine;

/** The precision of the frozen backbone's weights and arithmetic; tuner weights are always float32. */
public enum Precision {
    /** 32 bits, 24 of them significant. */
    FLOAT32(6),
    /** 16 bits, 8 of them significant: half the memory, several times the speed where the processor has it. */
    BFLOAT16(15);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** Of one number. */
    public int bytes() {
        return this == FLOAT32 ? Float.BYTES : Short.BYTES;
    }

    /** libtorch's number for this scalar type. */
    int code() {
        return code;
    }
}
