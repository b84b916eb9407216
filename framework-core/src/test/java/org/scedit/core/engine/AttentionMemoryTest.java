package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.scedit.core.job.Memory;

class AttentionMemoryTest {
    /** The autoencoder's: one head as wide as the features. */
    private static final int WIDTH = 512;

    private static final int TOKENS = 6144;

    @Test
    @EnabledOnOs(OS.LINUX)
    void oneWideHeadNeverHoldsTheMatrixOfAllPairsOfTokens() throws IOException {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray tokens = Torch.normal(manager, 1, new Shape(1, TOKENS, WIDTH));
            forgetPeak();
            long before = Memory.peakMebibytes();

            new Ops().attention(tokens, tokens, tokens, 1, false);

            long matrix = 4L * TOKENS * TOKENS >> 20;
            assertThat(matrix).isEqualTo(144);
            assertThat(Memory.peakMebibytes() - before).isLessThan(matrix / 2);
        }
    }

    /** Sets the process's peak to what it uses now (proc(5)). */
    private static void forgetPeak() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }
}
