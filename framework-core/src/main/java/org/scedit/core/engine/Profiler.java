package org.scedit.core.engine;

import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;

/** libtorch's profiler: notes every operator that runs on this thread while it is open. One at a time in a process. */
public final class Profiler implements AutoCloseable {
    private final Path trace;

    private Profiler(Path trace) {
        this.trace = trace;
        JniUtils.startProfile(false, false, false);
    }

    /**
     * Starts it.
     *
     * @param trace the file that {@link #close} writes, in the JSON form of Chrome's traces
     */
    public static Profiler start(Path trace) {
        Torch.prepare();
        return new Profiler(trace);
    }

    /** Stops and writes the trace. */
    @Override
    public void close() {
        JniUtils.stopProfile(trace.toString());
    }
}
