package org.scedit.core.model;

import static org.scedit.core.model.UNetBlock.replace;

import ai.djl.ndarray.NDArray;
import java.util.function.Consumer;
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
            NDArray shift = timeProjection == null ? null : timeProjection.forward(time, hooks);
            if (fixed(hooks) && (shift == null || !Autograd.records(shift))) {
                return scope.keep(ops.apply(new Fixed(shift), x));
            }
            NDArray hidden = conv1.forward(norm1.forwardSilu(x), hooks);
            if (shift != null) {
                hidden = ops.addPerChannel(hidden, shift);
            }
            hidden = conv2.forward(norm2.forwardSilu(hidden), hooks);
            return scope.keep(ops.add(shortcut == null ? x : shortcut.forward(x, hooks), hidden));
        }
    }

    private boolean fixed(Hooks hooks) {
        return conv1.fixed(hooks)
                && conv2.fixed(hooks)
                && (shortcut == null || shortcut.fixed(hooks))
                && norm1.fixed()
                && norm2.fixed();
    }

    /**
     * The block with nothing in it that is trained or edited. Keeps what goes into its normalisations, a third of what
     * libtorch would record: that is normalised again for the gradient, and convolutions need no input for theirs.
     *
     * @param shift what the time adds to each channel; null for nothing
     */
    private final class Fixed implements Autograd.Differentiable {
        private final NDArray shift;

        private Fixed(NDArray shift) {
            this.shift = shift;
        }

        @Override
        public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
            try (Scope scope = new Scope()) {
                NDArray x = inputs[0];
                NDArray hidden = conv1.forward(norm1.forwardSilu(x));
                if (shift != null) {
                    hidden = replace(hidden, ops.addPerChannel(hidden, shift));
                }
                keep.accept(hidden);
                NDArray y = conv2.forward(norm2.forwardSilu(hidden));
                return scope.keep(ops.add(shortcut == null ? x : shortcut.forward(x), y));
            }
        }

        @Override
        public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
            try (Scope scope = new Scope()) {
                NDArray x = kept.inputs()[0];
                NDArray hidden = kept.more().get(0);
                NDArray ofHidden = norm2.siluGradient(hidden, conv2.gradient(gradient, hidden));
                NDArray ofX = norm1.siluGradient(x, conv1.gradient(ofHidden, x));
                NDArray around = shortcut == null ? gradient : shortcut.gradient(gradient, x);
                return new NDArray[] {scope.keep(ops.add(around, ofX))};
            }
        }
    }
}
