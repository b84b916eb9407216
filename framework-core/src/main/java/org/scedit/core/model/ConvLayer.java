package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.scedit.api.LayerPoint;
import org.scedit.core.engine.Ops;

/** A convolution of {@code (batch, in, height, width)}, a hook point. */
final class ConvLayer {
    private final LayerPoint point;
    private final Parameter weight;
    private final Parameter bias;
    private final Ops ops;
    private final UnaryOperator<NDArray> withoutBias = x -> convolve(x, null);

    ConvLayer(ModelBuilder model, String path, int in, int out, int kernel, int stride, int padding) {
        ops = model.ops();
        point = model.parameters().add(new LayerPoint(path, LayerPoint.Kind.CONV2D, in, out, kernel, stride, padding));
        int fanIn = in * kernel * kernel;
        weight = model.parameters().add(path + ".weight", Parameter.Init.UNIFORM, fanIn, out, in, kernel, kernel);
        bias = model.parameters().add(path + ".bias", Parameter.Init.UNIFORM, fanIn, out);
    }

    NDArray forward(NDArray x, Hooks hooks) {
        return hooks.layer(point, x, forward(x), weight.value(), withoutBias);
    }

    /** Whether it does nothing but convolve, and is not trained. */
    boolean fixed(Hooks hooks) {
        return !hooks.edits(point) && !weight.trained() && !bias.trained();
    }

    /** Without hooks. */
    NDArray forward(NDArray x) {
        return convolve(x, bias.value());
    }

    /**
     * The gradient of its input.
     *
     * @param gradient of its output
     * @param x        of the input's shape and precision
     */
    NDArray gradient(NDArray gradient, NDArray x) {
        return ops.conv2dGradient(gradient, x, weight.value(), point.stride(), point.padding());
    }

    private NDArray convolve(NDArray x, NDArray bias) {
        return ops.conv2d(x, weight.value(), bias, point.stride(), point.padding());
    }
}
