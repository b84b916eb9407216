package org.scedit.core.job;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets threads run one at a time, as if they were one: each has the turn until it {@linkplain #await waits} for its next
 * step or {@linkplain #leave leaves}. The turn goes to the thread with the earliest step, and to the first of those that
 * are at the same step, so that all go on side by side, and one that is behind catches up.
 */
final class Turns {
    private static final int NOBODY = -1;
    private static final int BEGINNING = -1;

    /** The step that each thread waits for, does, or has done; null for one that has left. */
    private final List<Integer> steps = new ArrayList<>();

    private int turn;

    /** @param threads numbered from 0; the first has the turn */
    Turns(int threads) {
        for (int i = 0; i < threads; i++) {
            steps.add(BEGINNING);
        }
    }

    /** Waits for the first turn. */
    synchronized void begin(int thread) {
        waitForTurn(thread);
    }

    /**
     * Gives the turn on and waits for it; at once where no other thread is at an earlier step.
     *
     * @param step that the thread wants to do, counted from 0
     */
    synchronized void await(int thread, int step) {
        steps.set(thread, step);
        pass();
        waitForTurn(thread);
    }

    /** The thread, which has the turn, wants none any more. */
    synchronized void leave(int thread) {
        steps.set(thread, null);
        pass();
    }

    private void pass() {
        turn = NOBODY;
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) != null && (turn == NOBODY || steps.get(i) < steps.get(turn))) {
                turn = i;
            }
        }
        notifyAll();
    }

    private void waitForTurn(int thread) {
        boolean interrupted = false;
        while (turn != thread) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true; // a run ends by its own question whether to stop, at the end of a step
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
