package org.scedit.core.engine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/**
 * Lets the process end while a thread is still inside libtorch, as Ctrl-C during a training step does.
 *
 * <p>Without it such an end crashes: a JVM that is told to end waits at most 300 ms for threads in native code and then
 * calls C's {@code exit}, which destroys libtorch's and oneDNN's static objects under the thread that is using them.
 * Here the first thing {@code exit} does is to end the process at once, with the status it was called with; the system
 * frees what those objects held. Shutdown hooks run before that, as always.
 */
final class ProcessExit {
    private static final boolean PREPARED = prepare();

    private ProcessExit() {}

    /** Whether ends are made safe; false where the C library has no {@code on_exit}, which is glibc's. */
    static boolean prepared() {
        return PREPARED;
    }

    private static boolean prepare() {
        try {
            NativeLibrary c = NativeLibrary.getProcess();
            Function register = c.getFunction("on_exit");
            Function endNow = c.getFunction("_exit");
            // What is registered last is called first, and libtorch registers destructors until its last new operator:
            // so this is done when the JVM begins to end, not now.
            var hook = new Thread(() -> register.invokeInt(new Object[] {endNow, null}), "safe exit");
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (LinkageError | IllegalStateException unsupportedOrAlreadyEnding) {
            return false;
        }
    }
}
