package org.scedit.core.cost;

import java.util.HashMap;
import java.util.Map;
import org.scedit.core.engine.Precision;

/**
 * What a recorded forward pass and the backward pass that follows it do, and what the one keeps for the other.
 *
 * <p>A multiplication with an addition counts as two operations. Only matrix products, convolutions and attention are
 * counted as operations, the others as the bytes they read and write.
 */
public final class Count {
    /** The two passes. */
    public enum Pass {
        /** From the latents to the loss. */
        FORWARD,
        /** From the loss to the gradients, as far as any is needed. */
        BACKWARD
    }

    private record Key(Pass pass, Kind kind, Precision precision) {}

    private final Map<Key, Long> work = new HashMap<>();
    private final Map<String, Long> saved = new HashMap<>();
    private long savedWithin;
    private long largest;

    Count() {}

    void add(Kind kind, Precision precision, long forward, long backward) {
        work.merge(new Key(Pass.FORWARD, kind, precision), forward, Long::sum);
        work.merge(new Key(Pass.BACKWARD, kind, precision), backward, Long::sum);
    }

    /** An array kept for the backward pass, however many operators keep it. */
    void save(String array, long bytes) {
        saved.put(array, bytes);
    }

    /** Something within an operator that is kept for the backward pass. */
    void saveWithin(long bytes) {
        savedWithin += bytes;
    }

    /** How many numbers an operator makes. */
    void make(long numbers) {
        largest = Math.max(largest, numbers);
    }

    /** Work of a kind in a precision: operations, or bytes for {@link Kind#POINTWISE}. */
    public long work(Pass pass, Kind kind, Precision precision) {
        return work.getOrDefault(new Key(pass, kind, precision), 0L);
    }

    /** Work of a kind in all precisions. */
    public long work(Pass pass, Kind kind) {
        return work(pass, kind, Precision.FLOAT32) + work(pass, kind, Precision.BFLOAT16);
    }

    /** Operations of a pass. */
    public long operations(Pass pass) {
        return work(pass, Kind.CONVOLUTION) + work(pass, Kind.LINEAR) + work(pass, Kind.ATTENTION);
    }

    /** Bytes kept for the backward pass. */
    public long savedBytes() {
        return savedWithin + saved.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Most numbers that one operator makes. */
    public long largest() {
        return largest;
    }
}
