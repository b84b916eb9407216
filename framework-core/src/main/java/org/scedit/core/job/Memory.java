package org.scedit.core.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's memory and the machine's, as the operating system counts them. */
public final class Memory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** Peak resident memory in MiB; 0 where the operating system does not tell. */
    public static long peakMebibytes() {
        return read(STATUS, "VmHWM:");
    }

    /** Resident memory now in MiB; 0 where the operating system does not tell. */
    public static long mebibytes() {
        return read(STATUS, "VmRSS:");
    }

    /** Memory that a new process could use without swapping, in MiB; 0 where the operating system does not tell. */
    public static long availableMebibytes() {
        return read(Path.of("/proc/meminfo"), "MemAvailable:");
    }

    private static long read(Path file, String key) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
