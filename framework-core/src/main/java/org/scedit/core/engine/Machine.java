package org.scedit.core.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The machine this process runs on. */
public final class Machine {
    private static final Path LINUX = Path.of("/proc/cpuinfo");
    private static final List<String> TELLING =
            List.of("vendor_id", "cpu family", "model", "stepping", "flags", "cache", "CPU ", "Features");

    private Machine() {}

    /**
     * What libtorch chooses its kernels by, as far as the system tells it: two processes for which it is the same, with
     * the same libtorch and as many threads, compute the same to the last bit.
     */
    public static String processor() {
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        String chosen = System.getenv("ATEN_CPU_CAPABILITY");
        String known = Files.isReadable(LINUX) ? firstProcessor() : System.getenv("PROCESSOR_IDENTIFIER");
        return system + "\n" + chosen + "\n" + known;
    }

    private static String firstProcessor() {
        try {
            return Files.readAllLines(LINUX, StandardCharsets.UTF_8).stream()
                    .takeWhile(line -> !line.isBlank())
                    .filter(line -> TELLING.stream().anyMatch(line::startsWith))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return "unknown: " + e;
        }
    }
}
