package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import org.scedit.core.engine.Ops;

/** Group normalisation, or layer normalisation where {@code groups} is 0. */
final class Norm {
    private final Parameter weight;
    private final Parameter bias;
    private final int groups;
    private final double epsilon;
    private final Ops ops;

    private Norm(ModelBuilder model, String path, int channels, int groups, double epsilon) {
        ops = model.ops();
        weight = model.parameters().add(path + ".weight", Parameter.Init.ONES, 0, channels);
        bias = model.parameters().add(path + ".bias", Parameter.Init.ZEROS, 0, channels);
        this.groups = groups;
        this.epsilon = epsilon;
    }

    static Norm group(ModelBuilder model, String path, int channels, int groups, double epsilon) {
        return new Norm(model, path, channels, groups, epsilon);
    }

    static Norm layer(ModelBuilder model, String path, int channels, double epsilon) {
        return new Norm(model, path, channels, 0, epsilon);
    }

    NDArray forward(NDArray x) {
        return groups == 0
                ? ops.layerNorm(x, weight.value(), bias.value(), epsilon)
                : ops.groupNorm(x, weight.value(), bias.value(), groups, epsilon);
    }

    /** Whether it is not trained. */
    boolean fixed() {
        return !weight.trained() && !bias.trained();
    }

    /** The gradient of the input of {@link #forward}, from that of its output. */
    NDArray gradient(NDArray x, NDArray gradient) {
        return groups == 0
                ? ops.layerNormGradient(x, gradient, weight.value(), bias.value(), epsilon)
                : ops.groupNormGradient(x, gradient, weight.value(), bias.value(), groups, epsilon);
    }

    /** The gradient of the input of {@link #forwardSilu}, from that of its output. */
    NDArray siluGradient(NDArray x, NDArray gradient) {
        return ops.groupNormSiluGradient(x, gradient, weight.value(), bias.value(), groups, epsilon);
    }

    /** Group normalisation followed by SiLU. */
    NDArray forwardSilu(NDArray x) {
        return ops.groupNormSilu(x, weight.value(), bias.value(), groups, epsilon);
    }
}
