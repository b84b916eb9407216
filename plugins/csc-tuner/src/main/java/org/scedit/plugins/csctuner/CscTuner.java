package org.scedit.plugins.csctuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.api.Conditions;
import org.scedit.api.Conv2d;
import org.scedit.api.Linear;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Step;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * CSC-Tuner: edits each skip connection after a condition map.
 * <pre>
 * hint_0   = dense_0(silu(pre_hint(map)))      pre_hint: seven convolutions, SiLU between them, to 1/8 of the picture
 * hint_i   = dense_i(silu(hint_{i-1}))         in encoder order; stride 2 where the encoder goes down
 * residual = hint_i + W_up · gelu(W_down · (skip_i + hint_i) + b_down) + b_up      per pixel
 * </pre>
 * {@code W_up}, {@code b_up} and the first dense hint start as zeros, and so do all hints: the others have weights from
 * the start, but see nothing before the first one does. The authors start them as zeros too, and the pre-hint as PyTorch
 * does, which shrinks the map to less than a thousandth in its seven layers: there one layer after the other has to wake
 * up. Source: SCEdit (Jiang et al. 2023, arXiv:2312.11392), section 3.3. The residual is that of one condition: the sum
 * over conditions is a tuner each in the recipe, and a condition's strength is its tuner's scale.
 */
final class CscTuner implements Tuner {
    private final String condition;
    private final Operators operators;
    private final List<Conv2d> preHint;
    private final List<Conv2d> denseHint;
    private final Map<SkipPoint, SkipResidual> residuals = new LinkedHashMap<>();

    /** Of the maps taken in last, in encoder order. */
    private List<NDArray> hints = List.of();

    CscTuner(CscTunerConfig config, UNetLayout unet, Parameters parameters) {
        condition = config.condition();
        operators = parameters.operators();
        var layers = CscLayers.of(config, unet);
        preHint = layers.preHint().stream()
                .map(each -> siluConv2d(each, parameters))
                .toList();
        denseHint = new ArrayList<>();
        for (CscLayers.Convolution each : layers.denseHint()) {
            denseHint.add(denseHint.isEmpty() ? zeroConv2d(each, parameters) : siluConv2d(each, parameters));
        }
        for (CscLayers.Bottleneck each : layers.bottlenecks()) {
            var names = parameters.in(each.name());
            int channels = each.skip().channels();
            residuals.put(
                    each.skip(),
                    new Bottleneck(
                            each.skip(),
                            names.linear("ln1", channels, each.width()),
                            names.zeroLinear("ln2", each.width(), channels)));
        }
    }

    private static Conv2d siluConv2d(CscLayers.Convolution layer, Parameters parameters) {
        return parameters.siluConv2d(
                layer.name(), layer.in(), layer.out(), layer.kernel(), layer.stride(), layer.padding());
    }

    private static Conv2d zeroConv2d(CscLayers.Convolution layer, Parameters parameters) {
        return parameters.zeroConv2d(
                layer.name(), layer.in(), layer.out(), layer.kernel(), layer.stride(), layer.padding());
    }

    @Override
    public Set<String> conditions() {
        return Set.of(condition);
    }

    @Override
    public Map<SkipPoint, SkipResidual> skips() {
        return residuals;
    }

    @Override
    public void encode(Conditions conditions) {
        NDArray hidden = preHint.get(0).forward(conditions.get(condition));
        for (Conv2d layer : preHint.subList(1, preHint.size())) {
            hidden = replace(hidden, operators.silu(hidden));
            hidden = replace(hidden, layer.forward(hidden));
        }
        List<NDArray> encoded = new ArrayList<>();
        NDArray before = hidden;
        for (Conv2d layer : denseHint) {
            NDArray active = operators.silu(before);
            before = replace(active, layer.forward(active));
            encoded.add(before);
        }
        hidden.close();
        hints = encoded;
    }

    /** The map has the pictures' size: what is no longer needed must not stay (a recorded graph keeps what it needs). */
    private static NDArray replace(NDArray old, NDArray next) {
        old.close();
        return next;
    }

    private final class Bottleneck implements SkipResidual {
        private final SkipPoint point;
        private final Linear down;
        private final Linear up;

        private Bottleneck(SkipPoint point, Linear down, Linear up) {
            this.point = point;
            this.down = down;
            this.up = up;
        }

        @Override
        public NDArray residual(NDArray skip, Step step) {
            if (hints.isEmpty()) {
                throw new IllegalStateException("no map of condition '" + condition + "' was given");
            }
            NDArray hint = hints.get(point.encoderIndex());
            refuseOtherSize(hint.getShape(), skip.getShape());
            NDArray same = operators.cast(hint, skip);
            return same.add(up.perPixel(operators.gelu(down.perPixel(skip.add(same)))));
        }

        private void refuseOtherSize(Shape hint, Shape skip) {
            if (!hint.equals(skip)) {
                throw new IllegalArgumentException("the map of condition '" + condition + "' makes a hint of shape "
                        + hint + " at " + point.name() + ", which has shape " + skip
                        + "; csc-tuner needs one map a picture, 8 times as high and wide as the latents");
            }
        }
    }
}
