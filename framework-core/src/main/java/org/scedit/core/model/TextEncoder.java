package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/**
 * transformers' {@code CLIPTextModel}: token ids to text states. A token sees only itself and earlier ones; padding is
 * seen like any token.
 */
public final class TextEncoder {
    private final ConfigFile config;
    private final ParameterSet parameters;
    private final Ops ops;
    private final Parameter tokens;
    private final Parameter positions;
    private final List<Layer> layers = new ArrayList<>();
    private final Norm finalNorm;

    /** Builds the text encoder without weights. */
    public TextEncoder(ConfigFile config) {
        this.config = config;
        config.supportOnly("model_type", "clip_text_model", "clip_text_model");
        config.supportOnly("hidden_act", "quick_gelu", "quick_gelu", "gelu");
        var model = new ModelBuilder();
        parameters = model.parameters();
        ops = model.ops();
        int width = width();
        String path = "text_model.embeddings.";
        tokens = parameters.add(
                path + "token_embedding.weight", Parameter.Init.EMBEDDING, 0, config.integer("vocab_size"), width);
        positions = parameters.add(path + "position_embedding.weight", Parameter.Init.EMBEDDING, 0, maxTokens(), width);
        double epsilon = config.decimal("layer_norm_eps", 1e-5);
        for (int i = 0; i < config.integer("num_hidden_layers"); i++) {
            layers.add(new Layer(model, "text_model.encoder.layers." + i, config, epsilon));
        }
        finalNorm = Norm.layer(model, "text_model.final_layer_norm", width, epsilon);
    }

    /** Reads {@code config.json} of a {@code text_encoder/} folder and builds the encoder without weights. */
    public static TextEncoder fromConfig(Path file) {
        return new TextEncoder(ConfigFile.read(file));
    }

    /** Its parameters, by transformers' name. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Its configuration. */
    public ConfigFile config() {
        return config;
    }

    /** Width of a text state. */
    public int width() {
        return config.integer("hidden_size");
    }

    /** The longest prompt in tokens, start and end included. */
    public int maxTokens() {
        return config.integer("max_position_embeddings", 77);
    }

    /** How many layers it has. */
    public int layers() {
        return layers.size();
    }

    /**
     * The states Stable Diffusion 1.x conditions on: the last layer's, after the final norm.
     *
     * @param manager owns the result
     * @param ids     token ids of each prompt, all of one length of at most {@link #maxTokens}
     * @return {@code (batch, tokens, width)}, float32
     */
    public NDArray forward(NDManager manager, long[][] ids) {
        try (Scope scope = new Scope()) {
            return scope.keep(finalNorm.forward(hiddenState(manager, ids, layers.size())));
        }
    }

    /**
     * A hidden state without the final norm.
     *
     * @param layer how many layers to run: 0 gives the embeddings, {@link #layers()} the last layer's output
     * @return {@code (batch, tokens, width)}, float32
     */
    public NDArray hiddenState(NDManager manager, long[][] ids, int layer) {
        try (Scope scope = new Scope()) {
            int length = ids[0].length;
            NDArray flat = Torch.of(
                    manager,
                    java.util.Arrays.stream(ids).flatMapToLong(LongStream::of).toArray(),
                    new Shape(ids.length, length));
            NDArray order = Torch.of(manager, LongStream.range(0, length).toArray(), new Shape(length));
            NDArray hidden = ops.embedding(flat, tokens.value()).add(ops.embedding(order, positions.value()));
            for (Layer each : layers.subList(0, layer)) {
                hidden = each.forward(hidden);
            }
            return scope.keep(hidden);
        }
    }

    /** The final norm of a hidden state, {@code (batch, tokens, width)}. */
    public NDArray finalNorm(NDArray hidden) {
        return finalNorm.forward(hidden);
    }

    private static final class Layer {
        private final Norm norm1;
        private final LinearLayer query;
        private final LinearLayer key;
        private final LinearLayer value;
        private final LinearLayer out;
        private final Norm norm2;
        private final LinearLayer up;
        private final LinearLayer down;
        private final int heads;
        private final boolean quickGelu;
        private final Ops ops;

        Layer(ModelBuilder model, String path, ConfigFile config, double epsilon) {
            ops = model.ops();
            int width = config.integer("hidden_size");
            int inner = config.integer("intermediate_size");
            heads = config.integer("num_attention_heads");
            quickGelu = config.text("hidden_act", "quick_gelu").equals("quick_gelu");
            norm1 = Norm.layer(model, path + ".layer_norm1", width, epsilon);
            query = new LinearLayer(model, path + ".self_attn.q_proj", width, width, true);
            key = new LinearLayer(model, path + ".self_attn.k_proj", width, width, true);
            value = new LinearLayer(model, path + ".self_attn.v_proj", width, width, true);
            out = new LinearLayer(model, path + ".self_attn.out_proj", width, width, true);
            norm2 = Norm.layer(model, path + ".layer_norm2", width, epsilon);
            up = new LinearLayer(model, path + ".mlp.fc1", width, inner, true);
            down = new LinearLayer(model, path + ".mlp.fc2", inner, width, true);
        }

        NDArray forward(NDArray x) {
            try (Scope scope = new Scope()) {
                NDArray normed = norm1.forward(x);
                NDArray attended = ops.attention(
                        query.forward(normed, Hooks.NONE),
                        key.forward(normed, Hooks.NONE),
                        value.forward(normed, Hooks.NONE),
                        heads,
                        true);
                NDArray seen = ops.add(x, out.forward(attended, Hooks.NONE));
                NDArray hidden = up.forward(norm2.forward(seen), Hooks.NONE);
                hidden = quickGelu ? ops.quickGelu(hidden) : ops.gelu(hidden);
                return scope.keep(ops.add(seen, down.forward(hidden, Hooks.NONE)));
            }
        }
    }
}
