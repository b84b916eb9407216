package org.scedit.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Threads that take turns run one at a time, the earliest step first. */
class TurnsTest {
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger running = new AtomicInteger();

    @Test
    void allDoAStepBeforeOneDoesTheNext() throws InterruptedException {
        run(new int[] {0, 0, 0}, new int[] {2, 3, 1});
        assertThat(done)
                .containsExactly(
                        "0 begins",
                        "1 begins",
                        "2 begins",
                        "0 does 0",
                        "1 does 0",
                        "2 does 0",
                        "2 ends",
                        "0 does 1",
                        "0 ends",
                        "1 does 1",
                        "1 does 2",
                        "1 ends");
    }

    @Test
    void oneThatIsBehindCatchesUp() throws InterruptedException {
        run(new int[] {2, 0}, new int[] {4, 4});
        assertThat(done)
                .containsExactly(
                        "0 begins",
                        "1 begins",
                        "1 does 0",
                        "1 does 1",
                        "0 does 2",
                        "1 does 2",
                        "0 does 3",
                        "0 ends",
                        "1 does 3",
                        "1 ends");
    }

    private void run(int[] from, int[] to) throws InterruptedException {
        var turns = new Turns(from.length);
        List<Thread> threads = new ArrayList<>();
        for (int i = from.length - 1; i >= 0; i--) {
            int number = i;
            var thread = new Thread(() -> {
                turns.begin(number);
                note(number + " begins");
                for (int step = from[number]; step < to[number]; step++) {
                    turns.await(number, step);
                    note(number + " does " + step);
                }
                note(number + " ends");
                turns.leave(number);
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void note(String what) {
        assertThat(running.incrementAndGet()).isEqualTo(1);
        done.add(what);
        Thread.yield();
        running.decrementAndGet();
    }
}
