package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.scedit.core.UserException;

/** A network in a TorchScript file, frozen, on the chosen device. Close it to free its weights. */
public final class ScriptModule implements AutoCloseable {
    private final Path file;
    private final NDManager weights = Torch.newManager();
    private final PtSymbolBlock block;

    private ScriptModule(Path file) {
        this.file = file;
        if (!Files.isRegularFile(file)) {
            close();
            throw new UserException(file + ": no such file");
        }
        try {
            block = JniUtils.loadModule((PtNDManager) weights, file, true, new String[0], new String[0], false);
            JniUtils.enableInferenceMode(block);
        } catch (RuntimeException e) { // what DJL throws for what libtorch says of a file
            close();
            throw new UserException(
                    file + ": is no network in TorchScript; write one with torch.jit.trace or torch.jit.script and its"
                            + " save(): " + reason(e),
                    e);
        }
    }

    /** @throws UserException if the file holds no network in TorchScript */
    public static ScriptModule open(Path file) {
        return new ScriptModule(file);
    }

    /**
     * Calls the network.
     *
     * @return its results in float32, of the input's manager and the open {@link Scope}
     * @throws UserException if it fails, or gives something else than arrays
     */
    public List<NDArray> call(NDArray x) {
        Torch.prepare();
        var ops = new Ops();
        try {
            return IValueUtils.forward(block, new NDList(x), false).stream()
                    .map(each -> ops.to(each, Precision.FLOAT32))
                    .toList();
        } catch (RuntimeException e) {
            throw new UserException(file + ": cannot be run on an input of " + x.getShape() + ": " + reason(e), e);
        }
    }

    /** The last line that libtorch says: before it stands where in the script it happened. */
    private static String reason(RuntimeException e) {
        String[] lines = String.valueOf(e.getMessage()).strip().split("\\R");
        return lines[lines.length - 1].strip();
    }

    @Override
    public void close() {
        weights.close();
    }
}
