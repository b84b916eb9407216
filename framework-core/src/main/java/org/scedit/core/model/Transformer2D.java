package org.scedit.core.model;

import static org.scedit.core.model.UNetBlock.replace;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;

/** diffusers' {@code Transformer2DModel}: attention over pixels and to the text, residual over the whole. */
final class Transformer2D {
    /** diffusers fixes this, whatever the configuration's {@code norm_eps} says. */
    private static final double NORM_EPSILON = 1e-6;

    private final Norm norm;
    private final LinearLayer linearIn;
    private final LinearLayer linearOut;
    private final ConvLayer convIn;
    private final ConvLayer convOut;
    private final List<Block> blocks = new ArrayList<>();
    private final Ops ops;

    Transformer2D(
            ModelBuilder model,
            String path,
            int channels,
            int heads,
            int depth,
            int contextChannels,
            int groups,
            boolean linearProjection) {
        ops = model.ops();
        norm = Norm.group(model, path + ".norm", channels, groups, NORM_EPSILON);
        linearIn = linearProjection ? new LinearLayer(model, path + ".proj_in", channels, channels, true) : null;
        convIn = linearProjection ? null : new ConvLayer(model, path + ".proj_in", channels, channels, 1, 1, 0);
        for (int i = 0; i < depth; i++) {
            blocks.add(new Block(model, path + ".transformer_blocks." + i, channels, heads, contextChannels));
        }
        linearOut = linearProjection ? new LinearLayer(model, path + ".proj_out", channels, channels, true) : null;
        convOut = linearProjection ? null : new ConvLayer(model, path + ".proj_out", channels, channels, 1, 1, 0);
    }

    /**
     * @param input {@code (batch, channels, height, width)}
     * @param text  {@code (batch, tokens, contextChannels)}
     * @return of the input's shape
     */
    NDArray forward(NDArray input, NDArray text, Hooks hooks) {
        try (Scope scope = new Scope()) {
            NDArray x = Autograd.cut(input);
            boolean fixed = convIn != null && norm.fixed() && convIn.fixed(hooks);
            NDArray tokens = fixed ? ops.apply(new FixedIn(), x) : in(x, hooks);
            Block last = blocks.get(blocks.size() - 1);
            for (Block block : blocks) {
                tokens = replace(tokens, block.attend(tokens, text, hooks));
                if (block != last) {
                    tokens = replace(tokens, block.feedForward(tokens, hooks));
                }
            }
            boolean fixedEnd =
                    last.fixedFeedForward(hooks) && (convOut == null ? linearOut.fixed(hooks) : convOut.fixed(hooks));
            return scope.keep(
                    fixedEnd
                            ? ops.apply(new FixedEnd(last), tokens, x)
                            : ops.add(out(last.feedForward(tokens, hooks), x, hooks), x));
        }
    }

    private NDArray in(NDArray x, Hooks hooks) {
        NDArray normed = norm.forward(x);
        return convIn == null
                ? linearIn.forward(ops.toTokens(normed), hooks)
                : ops.toTokens(convIn.forward(normed, hooks));
    }

    private NDArray out(NDArray tokens, NDArray like, Hooks hooks) {
        return convOut == null
                ? ops.toPixels(linearOut.forward(tokens, hooks), like)
                : convOut.forward(ops.toPixels(tokens, like), hooks);
    }

    /** {@code toTokens(convIn(norm(x)))} with nothing in it that is trained or edited: a convolution's input is not kept. */
    private final class FixedIn implements Autograd.Differentiable {
        @Override
        public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
            try (Scope scope = new Scope()) {
                return scope.keep(ops.toTokens(convIn.forward(norm.forward(inputs[0]))));
            }
        }

        @Override
        public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
            try (Scope scope = new Scope()) {
                NDArray x = kept.inputs()[0];
                NDArray ofNormed = convIn.gradient(ops.toPixels(gradient, x), x);
                return new NDArray[] {scope.keep(norm.gradient(x, ofNormed))};
            }
        }
    }

    /**
     * From the last feed-forward on, {@code x + out(feedForward(tokens))} of the transformer's input {@code x}, with nothing in
     * it that is trained or edited.
     */
    private final class FixedEnd implements Autograd.Differentiable {
        private final Block last;

        private FixedEnd(Block last) {
            this.last = last;
        }

        @Override
        public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
            try (Scope scope = new Scope()) {
                NDArray x = inputs[1];
                NDArray tokens = last.feedForward(inputs[0]);
                NDArray pixels = convOut == null
                        ? ops.toPixels(linearOut.forward(tokens), x)
                        : convOut.forward(ops.toPixels(tokens, x));
                return scope.keep(ops.add(pixels, x));
            }
        }

        @Override
        public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
            try (Scope scope = new Scope()) {
                NDArray ofTokens = convOut == null
                        ? linearOut.gradient(ops.toTokens(gradient))
                        : ops.toTokens(convOut.gradient(gradient, gradient));
                return new NDArray[] {scope.keep(last.feedForwardGradient(kept.inputs()[0], ofTokens)), gradient};
            }
        }
    }

    /** diffusers' {@code BasicTransformerBlock}: self-attention, attention to the text, gated feed-forward. */
    private static final class Block {
        private static final double EPSILON = 1e-5;

        private final Norm norm1;
        private final Attention selfAttention;
        private final Norm norm2;
        private final Attention textAttention;
        private final Norm norm3;
        private final LinearLayer gated;
        private final LinearLayer out;
        private final Ops ops;

        Block(ModelBuilder model, String path, int channels, int heads, int contextChannels) {
            ops = model.ops();
            norm1 = Norm.layer(model, path + ".norm1", channels, EPSILON);
            selfAttention = new Attention(model, path + ".attn1", channels, channels, heads, false);
            norm2 = Norm.layer(model, path + ".norm2", channels, EPSILON);
            textAttention = new Attention(model, path + ".attn2", channels, contextChannels, heads, false);
            norm3 = Norm.layer(model, path + ".norm3", channels, EPSILON);
            gated = new LinearLayer(model, path + ".ff.net.0.proj", channels, 8 * channels, true);
            out = new LinearLayer(model, path + ".ff.net.2", 4 * channels, channels, true);
        }

        /** The two attentions, each with its residual. */
        NDArray attend(NDArray input, NDArray text, Hooks hooks) {
            try (Scope scope = new Scope()) {
                NDArray x = Autograd.cut(input);
                NDArray query = norm1.forward(x);
                NDArray seen = Autograd.cut(ops.add(x, selfAttention.forward(query, query, hooks)));
                query.close();
                return scope.keep(ops.add(seen, textAttention.forward(norm2.forward(seen), text, hooks)));
            }
        }

        NDArray feedForward(NDArray input, Hooks hooks) {
            try (Scope scope = new Scope()) {
                NDArray x = Autograd.cut(input);
                if (fixedFeedForward(hooks)) {
                    return scope.keep(ops.apply(new FixedFeedForward(), x));
                }
                NDArray hidden = ops.geglu(gated.forward(norm3.forward(x), hooks));
                return scope.keep(ops.add(x, out.forward(hidden, hooks)));
            }
        }

        /** Whether nothing in it is trained or edited. */
        boolean fixedFeedForward(Hooks hooks) {
            return gated.fixed(hooks) && out.fixed(hooks) && norm3.fixed();
        }

        /** {@code x + out(geglu(gated(norm(x))))}, without hooks. */
        NDArray feedForward(NDArray x) {
            try (Scope scope = new Scope()) {
                NDArray wide = gated(x);
                NDArray hidden = replace(wide, ops.geglu(wide));
                return scope.keep(ops.add(x, out.forward(hidden)));
            }
        }

        /** The gradient of {@link #feedForward(NDArray)}'s input, from that of its output. */
        NDArray feedForwardGradient(NDArray x, NDArray gradient) {
            try (Scope scope = new Scope()) {
                NDArray wide = gated(x);
                NDArray ofHidden = out.gradient(gradient);
                NDArray ofWide = replace(wide, ops.gegluGradient(wide, ofHidden));
                ofHidden.close();
                NDArray ofX = norm3.gradient(x, gated.gradient(ofWide));
                return scope.keep(ops.add(gradient, ofX));
            }
        }

        private NDArray gated(NDArray x) {
            NDArray normed = norm3.forward(x);
            return replace(normed, gated.forward(normed));
        }

        /**
         * A feed-forward with nothing in it that is trained or edited. Keeps only its input: what goes into the gate is eight
         * times as wide, and is computed again in a twenty-fifth of SC-Tuner's step.
         */
        private final class FixedFeedForward implements Autograd.Differentiable {
            @Override
            public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
                return feedForward(inputs[0]);
            }

            @Override
            public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
                return new NDArray[] {feedForwardGradient(kept.inputs()[0], gradient)};
            }
        }
    }
}
