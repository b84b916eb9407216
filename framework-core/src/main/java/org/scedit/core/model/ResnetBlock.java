package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;

/**
 * diffusers' {@code ResnetBlock2D}: {@code shortcut(x) + conv2(silu(norm2(conv1(silu(norm1(x))) + time)))}; the
 * autoencoder's have no time.
 */
final class ResnetBlock {
    private final Norm norm1;
    private final ConvLayer conv1;
    private final LinearLayer timeProjection;
    private final Norm norm2;
    private final ConvLayer conv2;
    private final ConvLayer shortcut;
    private final Ops ops;

    /** @param timeChannels width of the time embedding, 0 for none */
    ResnetBlock(ModelBuilder model, String path, int in, int out, int timeChannels, int groups, double epsilon) {
        ops = model.ops();
        norm1 = Norm.group(model, path + ".norm1", in, groups, epsilon);
        conv1 = new ConvLayer(model, path + ".conv1", in, out, 3, 1, 1);
        timeProjection =
                timeChannels == 0 ? null : new LinearLayer(model, path + ".time_emb_proj", timeChannels, out, true);
        norm2 = Norm.group(model, path + ".norm2", out, groups, epsilon);
        conv2 = new ConvLayer(model, path + ".conv2", out, out, 3, 1, 1);
        shortcut = in == out ? null : new ConvLayer(model, path + ".conv_shortcut", in, out, 1, 1, 0);
    }

    /**
     * @param input {@code (batch, in, height, width)}
     * @param time SiLU of the time embedding, {@code (batch, timeChannels)}; null for none
     * @return {@code (batch, out, height, width)}
     */
    NDArray forward(NDArray input, NDArray time, Hooks hooks) {
        try (Scope scope = new Scope()) {
            NDArray x = Autograd.cut(input);
            NDArray hidden = conv1.forward(norm1.forwardSilu(x), hooks);
            if (timeProjection != null) {
                hidden = ops.addPerChannel(hidden, timeProjection.forward(time, hooks));
            }
            hidden = conv2.forward(norm2.forwardSilu(hidden), hooks);
            return scope.keep(ops.add(shortcut == null ? x : shortcut.forward(x, hooks), hidden));
        }
    }
}
