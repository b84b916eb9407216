package org.scedit.plugins.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.scedit.api.LayerCall;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerPoint.Kind;
import org.scedit.api.LayerResidual;
import org.scedit.api.Parameters;

/**
 * DoRA: a low-rank update turns the weight, and a magnitude for each output sets its length.
 * <pre>residual = m / ‖W + ΔW‖ · (W + ΔW) · x - W · x      ΔW = s · B · A; the norm is over each output's weights</pre>
 * The magnitude m starts as the norm of W, so that a fresh one changes nothing. The norm is a constant to the gradient.
 * Source: Liu et al. 2024, arXiv:2402.09353, section 4.3; names and shapes as in PEFT,
 * m → {@code lora_magnitude_vector}.
 *
 * @param magnitude {@code (out)} of a linear layer, {@code (1, out, 1, 1)} of a convolution
 */
record Magnitude(Lora.Update update, NDArray magnitude) implements LayerResidual {
    static Magnitude of(Lora.Update update, Parameters names) {
        LayerPoint layer = update.layer();
        Shape shape =
                layer.kind() == Kind.LINEAR ? new Shape(layer.outChannels()) : new Shape(1, layer.outChannels(), 1, 1);
        return new Magnitude(
                update,
                names.fromBackbone(
                        "lora_magnitude_vector.weight", shape, layer.path() + ".weight", weight -> names.operators()
                                .normPerOutput(weight)
                                .reshape(shape)));
    }

    /** In float32: magnitudes hardly change, and bfloat16 would round that away. */
    @Override
    public NDArray residual(LayerCall call) {
        var operators = update.operators();
        NDArray x = call.step().dropout(call.input(), update.dropout());
        NDArray base = operators.cast(call.linear(x), magnitude);
        NDArray turned = base.add(operators.cast(update.of(x), magnitude));
        return turned.mul(stretch(operators.cast(call.weight(), magnitude))).sub(base);
    }

    @Override
    public Optional<NDArray> weightDelta(NDArray weight) {
        NDArray turned = weight.add(delta(weight));
        var perOutput = new Shape(update.layer().outChannels(), 1);
        NDArray stretch =
                stretch(weight).reshape(update.layer().kind() == Kind.LINEAR ? perOutput : perOutput.add(1, 1));
        return Optional.of(turned.mul(stretch).sub(weight));
    }

    /** {@code m / ‖W + ΔW‖}, of the magnitude's shape. */
    private NDArray stretch(NDArray weight) {
        NDArray norm = update.operators().normPerOutput(weight.add(delta(weight).stopGradient()));
        return magnitude.div(norm.reshape(magnitude.getShape()));
    }

    private NDArray delta(NDArray weight) {
        return update.weightDelta(weight).orElseThrow();
    }
}
