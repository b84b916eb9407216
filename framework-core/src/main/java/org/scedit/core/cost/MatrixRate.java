package org.scedit.core.cost;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;

/** How fast this machine multiplies large matrices: what the speed of everything else is compared with. */
public final class MatrixRate {
    /** Side of the matrices. */
    public static final int SIDE = 2048;

    private static final int PRODUCTS = 7;
    private static final long SEED = 1;
    private static final ScriptFunction PRODUCT =
            ScriptFunction.compile(new String[] {"x", "y"}, "return torch.mm(x, y)");

    private MatrixRate() {}

    /** Operations of a product. */
    public static double operations() {
        return 2.0 * SIDE * SIDE * SIDE;
    }

    /** Seconds of each of several products; the first, which prepares the kernels, is left out. */
    public static List<Double> seconds(Precision precision) {
        List<Double> seconds = new ArrayList<>();
        var ops = new Ops();
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            Shape square = new Shape(SIDE, SIDE);
            NDArray x = ops.to(Torch.normal(manager, SEED, square), precision);
            NDArray y = ops.to(Torch.normal(manager, SEED + 1, square), precision);
            for (int i = 0; i <= PRODUCTS; i++) {
                long start = System.nanoTime();
                PRODUCT.call(x, y).close();
                Torch.synchronise();
                if (i > 0) {
                    seconds.add((System.nanoTime() - start) / 1e9);
                }
            }
        }
        return seconds;
    }

    /** Operations in a second, by the median of several products. */
    public static double perSecond(Precision precision) {
        List<Double> seconds = seconds(precision);
        Collections.sort(seconds);
        return operations() / seconds.get(seconds.size() / 2);
    }
}
