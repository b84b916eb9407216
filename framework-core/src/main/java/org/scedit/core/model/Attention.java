package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;

/** Multi-head attention with diffusers' names: {@code to_q, to_k, to_v, to_out.0}. */
final class Attention {
    private final LinearLayer toQuery;
    private final LinearLayer toKey;
    private final LinearLayer toValue;
    private final LinearLayer toOut;
    private final int heads;
    private final Ops ops;

    Attention(ModelBuilder model, String path, int channels, int contextChannels, int heads, boolean inputBias) {
        ops = model.ops();
        this.heads = heads;
        toQuery = new LinearLayer(model, path + ".to_q", channels, channels, inputBias);
        toKey = new LinearLayer(model, path + ".to_k", contextChannels, channels, inputBias);
        toValue = new LinearLayer(model, path + ".to_v", contextChannels, channels, inputBias);
        toOut = new LinearLayer(model, path + ".to_out.0", channels, channels, true);
    }

    /**
     * @param x       {@code (batch, tokens, channels)}
     * @param context {@code (batch, context tokens, contextChannels)}; x itself for self-attention
     * @return {@code (batch, tokens, channels)}
     */
    NDArray forward(NDArray x, NDArray context, Hooks hooks) {
        try (Scope scope = new Scope()) {
            NDArray attended = ops.attention(
                    toQuery.forward(x, hooks),
                    toKey.forward(context, hooks),
                    toValue.forward(context, hooks),
                    heads,
                    false);
            return scope.keep(toOut.forward(attended, hooks));
        }
    }
}
