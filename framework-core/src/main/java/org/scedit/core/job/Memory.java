package org.scedit.core.job;

import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.scedit.core.engine.Torch;

/** This process's memory and the machine's, as the operating system and CUDA count them. */
public final class Memory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** Peak resident memory in MiB, since {@link #restartPeak}; 0 where the operating system does not tell. */
    public static long peakMebibytes() {
        return read(STATUS, "VmHWM:");
    }

    /**
     * Begins a new peak: {@link #peakMebibytes} is from now on that since this call. Does nothing where the operating
     * system does not let it.
     */
    static void restartPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // proc(5): resets the peak resident set size
        } catch (IOException e) {
            // then the peak stays that of the whole process
        }
    }

    /** Resident memory now in MiB; 0 where the operating system does not tell. */
    public static long mebibytes() {
        return read(STATUS, "VmRSS:");
    }

    /** Memory that a new process could use without swapping, in MiB; 0 where the operating system does not tell. */
    public static long availableMebibytes() {
        return read(Path.of("/proc/meminfo"), "MemAvailable:");
    }

    /**
     * What is in use of the CUDA device's memory, by all processes together, in MiB: for one process alone its peak, as
     * libtorch keeps what it has once had. 0 on the processor, or where JNA finds no {@code libcudart}.
     */
    public static long deviceMebibytes() {
        try {
            return Torch.device().isGpu()
                    ? CudaUtils.getGpuMemory(Torch.device()).getCommitted() >> 20
                    : 0;
        } catch (IllegalStateException notFound) {
            return 0;
        }
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
