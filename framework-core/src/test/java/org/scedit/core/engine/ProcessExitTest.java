package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The process may be told to end while a thread is inside libtorch. */
@EnabledOnOs(OS.LINUX)
class ProcessExitTest {
    @Test
    void endsWithoutACrashInTheMiddleOfABackwardPass(@TempDir Path folder) throws IOException, InterruptedException {
        Path errors = folder.resolve("jvm-error.log");
        Path output = folder.resolve("output");
        Process training = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dai.djl.offline=true",
                        "-XX:ErrorFile=" + errors,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Training.class.getName(),
                        folder.resolve("started").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            while (training.isAlive() && Files.notExists(folder.resolve("started"))) {
                Thread.sleep(20);
            }
            // libtorch destroys what this very operator uses: it must be in use, not about to be
            Thread.sleep(100);
            training.destroy();
            assertThat(training.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            training.destroyForcibly();
        }
        assertThat(training.exitValue()).as(Files.readString(output)).isEqualTo(128 + 15);
        assertThat(errors).doesNotExist();
    }

    /** Backward passes, each far longer than the 300 ms that a JVM waits for a thread in native code. */
    static final class Training {
        public static void main(String[] arguments) throws IOException {
            var ops = new Ops();
            try (NDManager manager = Torch.newManager()) {
                Torch.setThreads(1);
                NDArray image = Torch.normal(manager, 1, new Shape(1, 16, 16, 16));
                NDArray kernel = Torch.normal(manager, 2, new Shape(16, 16, 3, 3))
                        .mul(Torch.of(manager, new float[] {0.05f}, new Shape()));
                NDArray bias = manager.zeros(new Shape(16));
                kernel.setRequiresGradient(true);
                for (boolean first = true; ; first = false) {
                    try (Autograd autograd = Autograd.record();
                            Scope scope = new Scope()) {
                        NDArray hidden = image;
                        for (int layer = 0; layer < (first ? 1 : 15_000); layer++) {
                            hidden = ops.conv2d(hidden, kernel, bias, 1, 1);
                        }
                        NDArray loss = ops.meanSquare(hidden, image);
                        if (!first) {
                            Files.writeString(Path.of(arguments[0]), "backward");
                        }
                        autograd.backward(loss);
                    }
                }
            }
        }
    }
}
