package org.scedit.core.run;

import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far a long task is, its rate and the time left: a bar that is redrawn on a terminal, and elsewhere (a log file) a
 * plain line every ten seconds.
 */
public final class ProgressLine implements AutoCloseable {
    private static final int WIDTH = 110;

    private final ProgressBar bar;

    private ProgressLine(ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Begins to show progress; {@link #close} ends it.
     *
     * @param task     what is done, in a word or two
     * @param unit     what is counted, such as {@code steps}
     * @param done     how many were done before (a resumed run), which the rate leaves out
     * @param total    how many there are
     * @param out      where to
     * @param terminal whether {@code out} is a terminal; {@link #onTerminal()} knows of the standard streams
     */
    public static ProgressLine start(String task, String unit, int done, int total, PrintStream out, boolean terminal) {
        boolean blocks = terminal && Charset.defaultCharset().equals(StandardCharsets.UTF_8);
        ProgressBarBuilder bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(done, Duration.ZERO)
                .setUnit(" " + unit, 1)
                .showSpeed()
                .setStyle(blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(terminal ? 250 : 10_000)
                .setConsumer(
                        terminal
                                ? new ConsoleProgressBarConsumer(out, WIDTH)
                                : new DelegatingProgressBarConsumer(line -> out.println(line.stripTrailing()), WIDTH));
        return new ProgressLine(bar.build());
    }

    /** Whether someone watches the standard streams, as far as Java can tell. */
    public static boolean onTerminal() {
        return System.console() != null && !"dumb".equals(System.getenv("TERM"));
    }

    /**
     * Moves on.
     *
     * @param done  how many are done now
     * @param extra shown behind, such as {@code loss 0.083}
     */
    public void update(int done, String extra) {
        bar.setExtraMessage("  " + extra);
        bar.stepTo(done);
    }

    /** Shows the last state and ends the line. */
    @Override
    public void close() {
        bar.close();
    }
}
