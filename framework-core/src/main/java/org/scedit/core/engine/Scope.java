package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;

/**
 * The owner of every array made on this thread while it is open: closes them all, except those it
 * {@linkplain #keep keeps}, which pass to the enclosing scope. Closing the handle of an array that a gradient still
 * needs is safe: the recorded graph holds its own reference.
 */
public final class Scope implements AutoCloseable {
    private final NDScope arrays = new NDScope();
    private final List<NDArray> kept = new ArrayList<>(1);

    /** Hands an array to the enclosing scope, or to the caller where there is none. */
    public NDArray keep(NDArray array) {
        NDScope.unregister(array);
        kept.add(array);
        return array;
    }

    /**
     * A handle of its own to the same array, outside all scopes.
     *
     * @param manager owns the handle: it lasts until it or the manager is closed
     */
    public static NDArray handle(NDArray array, NDManager manager) {
        try (Scope scope = new Scope()) {
            NDArray handle = array.stopGradient();
            NDScope.unregister(handle);
            handle.attach(manager);
            return handle;
        }
    }

    @Override
    public void close() {
        arrays.close();
        kept.forEach(NDScope::register);
    }
}
