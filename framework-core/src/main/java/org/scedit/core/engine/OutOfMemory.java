package org.scedit.core.engine;

import ai.djl.engine.EngineException;
import java.util.Optional;

/** What libtorch says when memory ends, in words that say what to do. */
public final class OutOfMemory {
    private OutOfMemory() {}

    /**
     * @param e what was thrown
     * @return what to tell the user; empty if memory was not the reason
     */
    public static Optional<String> told(Throwable e) {
        String message = e instanceof EngineException && e.getMessage() != null ? e.getMessage() : "";
        // DefaultCPUAllocator: can't allocate memory: you tried to allocate N bytes / CUDA out of memory. Tried to ...
        if (!message.contains("can't allocate memory") && !message.contains("out of memory")) {
            return Optional.empty();
        }
        String first = message.strip().lines().findFirst().orElse(message);
        return Optional.of("there is not enough memory: " + first
                + "\nin order of effect: lower train.batch (and raise train.accumulate, which gives the same steps), set"
                + " train.gradient_checkpointing: true, set model.precision: bfloat16, draw or train smaller pictures;"
                + " scedit plan says what a recipe needs");
    }
}
