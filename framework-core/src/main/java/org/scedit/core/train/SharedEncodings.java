package org.scedit.core.train;

import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.UNetEncoding;

/**
 * The U-Net's way down of some batches, computed once for several objectives that are trained on the same ones. It holds
 * what the ways up begin with, not what gradients need: the way down is frozen.
 */
public final class SharedEncodings implements AutoCloseable {
    private final Map<Long, UNetEncoding> known = new HashMap<>();
    private NDManager manager = Torch.newManager();
    private long spent;
    private long computed;
    private long used;

    /**
     * The way down of a batch.
     *
     * @param batch  its number
     * @param owner  that what is computed from it belongs to
     * @param encode computes it in the open scope, where that has not been done
     * @return handles in the open scope
     */
    UNetEncoding of(long batch, NDManager owner, Supplier<UNetEncoding> encode) {
        used++;
        return known.computeIfAbsent(batch, number -> computed(encode)).handles(owner);
    }

    private UNetEncoding computed(Supplier<UNetEncoding> encode) {
        long start = System.nanoTime();
        try (Scope scope = new Scope()) {
            return encode.get().heldBy(manager);
        } finally {
            Torch.synchronise();
            spent += System.nanoTime() - start;
            computed++;
        }
    }

    /** Frees all batches; to be called when every objective has made its step on them. */
    public void forget() {
        known.clear();
        manager.close();
        manager = Torch.newManager();
    }

    /** Seconds that the ways down would have taken which were not computed. */
    public double secondsSaved() {
        return computed == 0 ? 0 : spent / 1e9 / computed * (used - computed);
    }

    @Override
    public void close() {
        manager.close();
    }
}
