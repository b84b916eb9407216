package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.Linear;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Step;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * A correct tuner, {@code residual = W_up · gelu(W_down · skip + b_down) + b_up} with {@code W_up} and {@code b_up} zero
 * at first. What a broken tuner does otherwise it overrides.
 */
class ExampleTuner implements Tuner {
    private final Map<SkipPoint, SkipResidual> skips = new LinkedHashMap<>();

    /**
     * The layers at one skip.
     *
     * @param down {@code (width, channels)}
     * @param up   {@code (channels, width)}
     */
    record Bottleneck(Linear down, Linear up, Operators operators) {
        NDArray hidden(NDArray skip) {
            return operators.gelu(down.perPixel(skip));
        }

        NDArray residual(NDArray skip) {
            return up.perPixel(hidden(skip));
        }
    }

    ExampleTuner(int width, UNetLayout unet, Parameters parameters) {
        for (SkipPoint point : unet.skips()) {
            Parameters names = parameters.in("skip_" + point.index());
            var weights = new Bottleneck(
                    down(names, point.channels(), width), up(names, width, point.channels()), names.operators());
            skips.put(point, (skip, step) -> residual(weights, skip, step));
        }
    }

    /** How many numbers a tuner of that width trains on the {@link TinyUNet}. */
    static long parameterCount(int width) {
        long count = 0;
        for (int c : TinyUNet.SKIP_CHANNELS) {
            count += (long) c * width + width + (long) width * c + c;
        }
        return count;
    }

    Linear down(Parameters names, int in, int out) {
        return names.linear("down", in, out);
    }

    Linear up(Parameters names, int in, int out) {
        return names.zeroLinear("up", in, out);
    }

    NDArray residual(Bottleneck weights, NDArray skip, Step step) {
        return weights.residual(skip);
    }

    @Override
    public final Map<SkipPoint, SkipResidual> skips() {
        return skips;
    }
}
