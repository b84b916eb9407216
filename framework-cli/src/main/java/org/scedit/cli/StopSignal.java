package org.scedit.cli;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and SIGTERM during a run: asks the run to stop, and holds the end of the process back until it has written its
 * checkpoint. The process then ends with the signal's status, 130 or 143.
 */
final class StopSignal implements BooleanSupplier {
    private static final int LONGEST_WAIT_SECONDS = 120;

    private final PrintStream notices;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndWait, "stop");
    private volatile boolean raised;

    StopSignal(PrintStream notices) {
        this.notices = notices;
    }

    /** From now on a signal is answered by stopping in order; call it once. */
    void listen() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the run is asked to stop. */
    @Override
    public boolean getAsBoolean() {
        return raised;
    }

    /** Nothing is left to wait for. */
    void done() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyEnding) {
            // the hook is what waited for this
        }
    }

    private void stopAndWait() {
        raised = true;
        notices.println("stopping after this step ...");
        try {
            if (!done.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                notices.println("gave up waiting after " + LONGEST_WAIT_SECONDS
                        + " s; the last checkpoint is the one written before");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
