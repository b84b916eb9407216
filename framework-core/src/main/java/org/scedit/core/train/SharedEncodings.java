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
    private final Map<Long, Known> known = new HashMap<>();
    private NDManager manager = Torch.newManager();
    private double saved;

    /** A way down, and how long it took. */
    private record Known(UNetEncoding encoding, double seconds) {}

    /**
     * The way down of a batch.
     *
     * @param batch  its number
     * @param owner  that what is computed from it belongs to
     * @param encode computes it in the open scope, where that has not been done
     * @return handles in the open scope
     */
    UNetEncoding of(long batch, NDManager owner, Supplier<UNetEncoding> encode) {
        Known there = known.get(batch);
        if (there == null) {
            there = computed(encode);
            known.put(batch, there);
        } else {
            saved += there.seconds();
        }
        return there.encoding().handles(owner);
    }

    private Known computed(Supplier<UNetEncoding> encode) {
        long start = System.nanoTime();
        try (Scope scope = new Scope()) {
            UNetEncoding encoding = encode.get().heldBy(manager);
            Torch.synchronise();
            return new Known(encoding, (System.nanoTime() - start) / 1e9);
        }
    }

    /** Frees all batches; to be called when every objective has made its step on them. */
    public void forget() {
        known.clear();
        manager.close();
        manager = Torch.newManager();
    }

    /** Seconds that the ways down took which were there already, added up. */
    public double secondsSaved() {
        return saved;
    }

    @Override
    public void close() {
        manager.close();
    }
}
