package org.scedit.core.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's memory, as the operating system counts it. */
public final class Memory {
    private Memory() {}

    /** Peak resident memory in MiB; 0 where the operating system does not tell. */
    public static long peakMebibytes() {
        return read("VmHWM:");
    }

    /** Resident memory now in MiB; 0 where the operating system does not tell. */
    public static long mebibytes() {
        return read("VmRSS:");
    }

    private static long read(String key) {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith(key))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
