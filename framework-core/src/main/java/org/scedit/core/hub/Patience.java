package org.scedit.core.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Counts failures in a row and waits longer after each, until there are too many. */
final class Patience {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(8);

    private final int attempts;
    private final Duration firstWait;
    private Duration wait;
    private int failures;

    Patience(HubSettings settings) {
        attempts = settings.attempts();
        firstWait = settings.firstWait();
        wait = firstWait;
    }

    /** Something was achieved; the next failure is a first one again. */
    void progressed() {
        failures = 0;
        wait = firstWait;
    }

    /**
     * Waits before the next attempt.
     *
     * @throws IOException the failure itself, if it is one too many
     */
    void after(IOException failure) throws IOException {
        failures++;
        if (failures >= attempts || failure instanceof InterruptedIOException) {
            throw failure;
        }
        sleep(wait);
        wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }

    /** @throws InterruptedIOException if the thread is asked to end */
    static void sleep(Duration time) throws InterruptedIOException {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
