package org.scedit.core.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Function;
import org.scedit.core.UserException;

/** The libtorch of this process: devices, managers, threads and random numbers. */
public final class Torch {
    private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(Torch::prepareThread);

    private static final ThreadLocal<Device> DEVICE = ThreadLocal.withInitial(Device::cpu);

    private Torch() {}

    /** libtorch's version, such as {@code 2.7.1}. */
    public static String version() {
        return engine().getVersion();
    }

    /**
     * Chooses where the arrays of managers lie that this thread makes from now on; without a choice, it is the processor.
     * All that meet in an operator must lie in one place, so this comes before a run's first manager.
     *
     * @throws UserException if it is to be CUDA and libtorch sees no such device; the message says what that takes
     */
    public static void use(DeviceChoice choice) {
        boolean cuda = choice != DeviceChoice.CPU && engine().hasCapability(StandardCapabilities.CUDA);
        if (choice == DeviceChoice.CUDA && !cuda) {
            throw new UserException("device cuda: libtorch " + version() + " in " + LibUtils.getLibtorchPath()
                    + " sees no CUDA device. The libtorch that comes with scedit is for the processor: unpack one of the"
                    + " same version for CUDA 12.8 (https://pytorch.org), set PYTORCH_LIBRARY_PATH to its lib folder and"
                    + " PYTORCH_FLAVOR to cu128. If that is done, look for the NVIDIA driver with nvidia-smi. Device cpu"
                    + " is always there");
        }
        DEVICE.set(cuda ? Device.gpu() : Device.cpu());
    }

    /** Where the arrays of managers lie that this thread makes. */
    public static Device device() {
        return DEVICE.get();
    }

    /**
     * A manager on the {@linkplain #use chosen} device, without parent; the caller closes it, and with it every array it
     * owns.
     */
    public static NDManager newManager() {
        PREPARED.get();
        return engine().newBaseManager(device());
    }

    /** {@link #newManager} on the processor. */
    static NDManager newHostManager() {
        PREPARED.get();
        return engine().newBaseManager(Device.cpu());
    }

    /** Waits until all that was started on the device is done, for measuring time; the processor has nothing to wait for. */
    public static void synchronise() {
        if (device().isGpu()) {
            try (NDManager manager = newManager()) {
                floats(of(manager, new float[1], new Shape(1)));
            }
        }
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
     * seed are always the same, whatever was drawn before and whatever the device.
     */
    public static NDArray normal(NDManager manager, long seed, Shape shape) {
        seed(seed);
        return drawn(manager, host -> host.randomNormal(0, 1, shape, DataType.FLOAT32));
    }

    /**
     * Random numbers of the processor, on the manager's device: after one {@link #seed} the same on every device.
     *
     * @param draw draws an array with the manager it is given
     */
    public static NDArray drawn(NDManager manager, Function<NDManager, NDArray> draw) {
        if (!manager.getDevice().isGpu()) {
            return draw.apply(manager);
        }
        try (NDManager host = newHostManager();
                Scope scope = new Scope()) {
            NDArray numbers = draw.apply(host);
            return scope.keep(manager.create(numbers.toByteBuffer(true), numbers.getShape(), numbers.getDataType()));
        }
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
     * A copy in libtorch's own memory. What DJL creates from Java values on the processor lies in a Java buffer that only
     * the handle keeps alive: a recorded graph would go on using it after the handle is closed and the buffer collected.
     * For the same reason no DJL operator that takes a Java number may be recorded; {@link Ops#scale} may.
     */
    private static NDArray owned(NDArray view) {
        if (view.getDevice().isGpu()) {
            return view;
        }
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
        if (array.getDevice().isGpu()) {
            try (NDArray copy = Ops.onHost(array)) {
                return floats(copy);
            }
        }
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
