package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.scedit.core.engine.Scope;

/**
 * What the way down of a U-Net makes of a batch, and a way up consumes: {@link UNet#encode} and {@link UNet#decode}. Where
 * tuners leave the way down alone, several of them can each have a way up from the same one, by handles of their own to
 * the same arrays.
 */
public final class UNetEncoding {
    private final UNetEncoder.Encoded encoded;
    private final NDArray text;

    /** @param text its states in the precision of the U-Net, {@code (batch, tokens, textChannels)} */
    UNetEncoding(UNetEncoder.Encoded encoded, NDArray text) {
        this.encoded = encoded;
        this.text = text;
    }

    UNetEncoder.Encoded encoded() {
        return encoded;
    }

    NDArray text() {
        return text;
    }

    /**
     * Handles to the same arrays, outside all scopes.
     *
     * @param manager owns them
     */
    public UNetEncoding heldBy(NDManager manager) {
        return with(array -> Scope.handle(array, manager));
    }

    /**
     * Handles to the same arrays in the open scope, for one way up.
     *
     * @param manager that what is computed from them belongs to
     */
    public UNetEncoding handles(NDManager manager) {
        return with(array -> {
            NDArray handle = array.stopGradient();
            handle.attach(manager);
            return handle;
        });
    }

    private UNetEncoding with(UnaryOperator<NDArray> handle) {
        Deque<NDArray> skips = new ArrayDeque<>();
        encoded.skips().forEach(skip -> skips.addLast(handle.apply(skip)));
        return new UNetEncoding(
                new UNetEncoder.Encoded(handle.apply(encoded.time()), skips, handle.apply(encoded.midBlock())),
                handle.apply(text));
    }
}
