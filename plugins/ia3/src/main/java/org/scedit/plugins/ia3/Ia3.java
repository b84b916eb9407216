package org.scedit.plugins.ia3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.scedit.api.LayerCall;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerPoint.Kind;
import org.scedit.api.LayerResidual;
import org.scedit.api.LayerTargets;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * (IA)³: scales what a layer computes by a learned factor for each channel, which starts at 1.
 * <pre>
 * residual = l ∘ y - y           of a layer's output y, bias included
 * residual = W · (l ∘ x - x)     of a feed-forward layer, whose input x is scaled
 * </pre>
 * Source: Liu et al. 2022, arXiv:2205.05638, section 3.3; names and shapes as in PEFT, l → {@code ia3_l}.
 */
final class Ia3 implements Tuner {
    private final Map<LayerPoint, LayerResidual> layers = new LinkedHashMap<>();
    private final Map<String, Double> inputsScaled = new LinkedHashMap<>();

    Ia3(Ia3Config config, UNetLayout unet, Parameters parameters) {
        var targets = LayerTargets.select("targets", config.targets(), unet);
        Map<String, Boolean> inputs =
                config.feedforward().stream().distinct().collect(Collectors.toMap(pattern -> pattern, pattern -> true));
        LayerTargets.values("feedforward", inputs, false, targets).forEach((layer, ofInput) -> {
            NDArray factors = parameters.in(layer.path()).ones("ia3_l", shape(layer, ofInput));
            inputsScaled.put(layer.path(), ofInput ? 1.0 : 0.0);
            boolean hasBias = unet.parameters().containsKey(layer.path() + ".bias");
            layers.put(
                    layer,
                    ofInput
                            ? new InputScale(layer, factors, parameters.operators())
                            : new OutputScale(layer, factors, hasBias, parameters.operators()));
        });
    }

    private static Shape shape(LayerPoint layer, boolean ofInput) {
        int channels = ofInput ? layer.inChannels() : layer.outChannels();
        if (layer.kind() == Kind.CONV2D) {
            return new Shape(1, channels, 1, 1);
        }
        return ofInput ? new Shape(1, channels) : new Shape(channels, 1);
    }

    @Override
    public Map<LayerPoint, LayerResidual> layers() {
        return layers;
    }

    /** For each layer 1 where its input is scaled, 0 where its output is. */
    @Override
    public Map<String, Double> constants() {
        return inputsScaled;
    }

    /** {@code l ∘ x - x} in float32: factors are near 1, where bfloat16 is coarse. */
    private static NDArray change(NDArray x, LayerPoint layer, NDArray factors, Operators operators) {
        NDArray exact = operators.cast(x, factors);
        NDArray perChannel = layer.kind() == Kind.LINEAR ? factors.flatten() : factors;
        return exact.mul(perChannel).sub(exact);
    }

    private record OutputScale(LayerPoint layer, NDArray factors, boolean hasBias, Operators operators)
            implements LayerResidual {
        @Override
        public NDArray residual(LayerCall call) {
            return change(call.output(), layer, factors, operators);
        }

        /** None where there is a bias, which is scaled too. */
        @Override
        public Optional<NDArray> weightDelta(NDArray weight) {
            NDArray perOutput = layer.kind() == Kind.LINEAR ? factors : factors.transpose(1, 0, 2, 3);
            return hasBias
                    ? Optional.empty()
                    : Optional.of(weight.mul(perOutput).sub(weight));
        }
    }

    private record InputScale(LayerPoint layer, NDArray factors, Operators operators) implements LayerResidual {
        @Override
        public NDArray residual(LayerCall call) {
            NDArray change = change(call.input(), layer, factors, operators);
            return call.linear(operators.cast(change, call.input()));
        }

        @Override
        public Optional<NDArray> weightDelta(NDArray weight) {
            return Optional.of(weight.mul(factors).sub(weight));
        }
    }
}
