package org.scedit.plugins.sctuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
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
 * SC-Tuner: edits each skip connection with a zero-initialised bottleneck.
 * <pre>residual = W_up · gelu(W_down · skip + b_down) + b_up      per pixel; W_down: (width, c), W_up: (c, width)</pre>
 * with {@code width = int(c · down_ratio)}. Source: SCEdit (Jiang et al. 2023, arXiv:2312.11392), equation 4; names of
 * the weights as in the authors' code, {@code lsc_identity.N.tuner_op.ln1/ln2}, N in decoder order.
 */
final class ScTuner implements Tuner {
    private final Map<SkipPoint, SkipResidual> bottlenecks = new LinkedHashMap<>();

    ScTuner(ScTunerConfig config, UNetLayout unet, Parameters parameters) {
        for (SkipPoint skip : selected(config, unet)) {
            var names = parameters.in(name(skip));
            int width = width(config, skip);
            bottlenecks.put(
                    skip,
                    new Bottleneck(
                            names.linear("ln1", skip.channels(), width),
                            names.zeroLinear("ln2", width, skip.channels()),
                            names.operators()));
        }
    }

    /** Name and shape of every weight that a tuner with these settings has. */
    static Map<String, Shape> weights(ScTunerConfig config, UNetLayout unet) {
        Map<String, Shape> weights = new LinkedHashMap<>();
        for (SkipPoint skip : selected(config, unet)) {
            int width = width(config, skip);
            weights.put(name(skip) + ".ln1.weight", new Shape(width, skip.channels()));
            weights.put(name(skip) + ".ln1.bias", new Shape(width));
            weights.put(name(skip) + ".ln2.weight", new Shape(skip.channels(), width));
            weights.put(name(skip) + ".ln2.bias", new Shape(skip.channels()));
        }
        return weights;
    }

    private static String name(SkipPoint skip) {
        return "lsc_identity." + skip.index() + ".tuner_op";
    }

    private static int width(ScTunerConfig config, SkipPoint skip) {
        int width = (int) (skip.channels() * config.downRatio());
        if (width < 1) {
            throw new IllegalArgumentException("down_ratio " + config.downRatio() + " leaves no hidden channel at "
                    + skip.name() + " of " + skip.channels() + " channels; use at least 1/" + skip.channels());
        }
        return width;
    }

    private static List<SkipPoint> selected(ScTunerConfig config, UNetLayout unet) {
        int last = unet.skips().size() - 1;
        for (int index : config.skips()) {
            if (index > last) {
                throw new IllegalArgumentException(
                        "skips names skip " + index + ", but this U-Net has skips 0 (deepest) to " + last);
            }
        }
        return unet.skips().stream()
                .filter(skip -> config.skips().isEmpty() || config.skips().contains(skip.index()))
                .toList();
    }

    @Override
    public Map<SkipPoint, SkipResidual> skips() {
        return bottlenecks;
    }

    private record Bottleneck(Linear down, Linear up, Operators operators) implements SkipResidual {
        @Override
        public NDArray residual(NDArray skip, Step step) {
            return up.perPixel(operators.gelu(down.perPixel(skip)));
        }

        @Override
        public boolean recomputed() {
            return true; // a hundredth of the step's time; two arrays of each skip's size in float32 would be kept
        }
    }
}
