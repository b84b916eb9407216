package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import org.scedit.api.LayerPoint;
import org.scedit.core.engine.Ops;

/** {@code y = W x + b} over the last axis, a hook point. */
final class LinearLayer {
    private final LayerPoint point;
    private final Parameter weight;
    private final Parameter bias;
    private final Ops ops;

    LinearLayer(ModelBuilder model, String path, int in, int out, boolean hasBias) {
        ops = model.ops();
        point = model.parameters().add(new LayerPoint(path, LayerPoint.Kind.LINEAR, in, out, 1, 1, 0));
        weight = model.parameters().add(path + ".weight", Parameter.Init.UNIFORM, in, out, in);
        bias = hasBias ? model.parameters().add(path + ".bias", Parameter.Init.UNIFORM, in, out) : null;
    }

    NDArray forward(NDArray x, Hooks hooks) {
        return hooks.layer(point, x, ops.linear(x, weight.value(), bias == null ? null : bias.value()));
    }
}
