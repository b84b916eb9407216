package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.scedit.api.LayerPoint;
import org.scedit.core.engine.Ops;

/** {@code y = W x + b} over the last axis, a hook point. */
final class LinearLayer {
    private final LayerPoint point;
    private final Parameter weight;
    private final Parameter bias;
    private final Ops ops;
    private final UnaryOperator<NDArray> withoutBias = x -> multiply(x, null);

    LinearLayer(ModelBuilder model, String path, int in, int out, boolean hasBias) {
        ops = model.ops();
        point = model.parameters().add(new LayerPoint(path, LayerPoint.Kind.LINEAR, in, out, 1, 1, 0));
        weight = model.parameters().add(path + ".weight", Parameter.Init.UNIFORM, in, out, in);
        bias = hasBias ? model.parameters().add(path + ".bias", Parameter.Init.UNIFORM, in, out) : null;
    }

    NDArray forward(NDArray x, Hooks hooks) {
        return hooks.layer(point, x, forward(x), weight.value(), withoutBias);
    }

    /** Whether it does nothing but multiply, and is not trained. */
    boolean fixed(Hooks hooks) {
        return !hooks.edits(point) && !weight.trained() && (bias == null || !bias.trained());
    }

    /** Without hooks. */
    NDArray forward(NDArray x) {
        return multiply(x, bias == null ? null : bias.value());
    }

    /** The gradient of its input, from that of its output. */
    NDArray gradient(NDArray gradient) {
        return ops.linearGradient(gradient, weight.value());
    }

    private NDArray multiply(NDArray x, NDArray bias) {
        return ops.linear(x, weight.value(), bias);
    }
}
