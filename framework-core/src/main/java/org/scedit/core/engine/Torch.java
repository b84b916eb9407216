package org.scedit.core.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** The libtorch of this process: managers, threads and random numbers. */
public final class Torch {
    private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(Torch::prepareThread);

    private Torch() {}

    /** libtorch's version, such as {@code 2.7.1}. */
    public static String version() {
        return engine().getVersion();
    }

    /** A manager without parent; the caller closes it, and with it every array it owns. */
    public static NDManager newManager() {
        PREPARED.get();
        return engine().newBaseManager(Device.cpu());
    }

    /** How many threads an operator may use. */
    public static int threads() {
        engine();
        return JniUtils.getNumThreads();
    }

    /** @param threads how many threads an operator may use, at least 1 */
    public static void setThreads(int threads) {
        engine();
        JniUtils.setNumThreads(threads);
    }

    /** Starts libtorch's random numbers on the CPU anew, as {@code torch.manual_seed}. */
    public static void seed(long seed) {
        PREPARED.get();
        JniUtils.setSeed(seed);
    }

    /**
     * Standard normal numbers, those of {@code torch.manual_seed(seed); torch.randn(shape)} on the CPU. Draws with one
     * seed are always the same, whatever was drawn before.
     */
    public static NDArray normal(NDManager manager, long seed, Shape shape) {
        seed(seed);
        return manager.randomNormal(0, 1, shape, DataType.FLOAT32);
    }

    /** A float32 array of the given values. */
    public static NDArray of(NDManager manager, float[] values, Shape shape) {
        PREPARED.get();
        return owned(manager.create(values, shape));
    }

    /** A whole-number array of the given values (int64, as libtorch indexes with). */
    public static NDArray of(NDManager manager, long[] values, Shape shape) {
        PREPARED.get();
        return owned(manager.create(values, shape));
    }

    /**
     * A copy in libtorch's own memory. What DJL creates from Java values lies in a Java buffer that only the handle keeps
     * alive: a recorded graph would go on using it after the handle is closed and the buffer collected. For the same
     * reason no DJL operator that takes a Java number may be recorded; {@link Ops#scale} may.
     */
    private static NDArray owned(NDArray view) {
        try (view) {
            return view.duplicate();
        }
    }

    /** Replaces a float32 array's values in place; its memory stays (DJL's own {@code set} would exchange it). */
    public static void overwrite(NDArray array, float[] values) {
        try (NDManager scratch = newManager();
                Scope scope = new Scope()) {
            Ops.copyInto(array, of(scratch, values, array.getShape()));
        }
    }

    /** The values of a float32 array, last axis fastest. */
    public static float[] floats(NDArray array) {
        ByteBuffer bytes = array.toByteBuffer(false).order(ByteOrder.nativeOrder());
        FloatBuffer values = bytes.asFloatBuffer();
        float[] result = new float[values.remaining()];
        values.get(result);
        return result;
    }

    static void prepare() {
        PREPARED.get();
    }

    private static boolean prepareThread() {
        engine();
        // Profiling runs of the script executor would make the first steps slow and different in memory.
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        return true;
    }

    private static Engine engine() {
        ProcessExit.prepared();
        return Engine.getEngine("PyTorch");
    }
}
