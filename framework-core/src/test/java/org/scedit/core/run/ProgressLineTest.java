package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    @Test
    void aLogGetsPlainLinesWithCountRateAndTimeLeft() {
        String text = shown(false);
        assertThat(text).doesNotContain("\r", "\u001b").endsWith("\n");
        assertThat(text.lines().toList())
                .last()
                .asString()
                .matches("training 100% \\[=+\\] 40/40 steps \\(0:00:0\\d / .*\\) .* steps/s {2}loss 0.083");
    }

    @Test
    void aTerminalGetsOneLineThatIsRedrawn() {
        String text = shown(true);
        assertThat(text).contains("\r").contains("40/40 steps");
    }

    @Test
    void aResumedTaskDoesNotStartAtZero() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var line = ProgressLine.start("training", "steps", 30, 40, utf8(bytes), false)) {
            line.update(30, "");
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains(" 30/40 steps");
    }

    private static String shown(boolean terminal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var line = ProgressLine.start("training", "steps", 0, 40, utf8(bytes), terminal)) {
            for (int step = 1; step <= 40; step++) {
                line.update(step, "loss 0.083");
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static PrintStream utf8(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
