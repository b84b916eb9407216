package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/**
 * transformers' {@code CLIPTextModel}, or {@code CLIPTextModelWithProjection}: token ids to text states, and to one
 * vector for a prompt. A token sees only itself and earlier ones; padding is seen like any token.
 */
public final class TextEncoder {
    /** The layer that a {@code CLIPTextModelWithProjection} has besides. */
    static final String PROJECTION = "text_projection";

    /** What old configurations say of every tokenizer; transformers then takes the largest id for the end mark. */
    private static final int LEGACY_END = 2;

    private final ConfigFile config;
    private final ParameterSet parameters;
    private final Ops ops;
    private final Parameter tokens;
    private final Parameter positions;
    private final List<Layer> layers = new ArrayList<>();
    private final Norm finalNorm;
    private final Optional<LinearLayer> projection;

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
        projection = architecture(config).equals("CLIPTextModelWithProjection")
                ? Optional.of(new LinearLayer(model, PROJECTION, width, config.integer("projection_dim", 512), false))
                : Optional.empty();
    }

    /** The configuration of either kind has a {@code projection_dim}; only this tells them apart. */
    private static String architecture(ConfigFile config) {
        return config.has("architectures") && !config.texts("architectures").isEmpty()
                ? config.texts("architectures").get(0)
                : "CLIPTextModel";
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

    /** Whether it has a projection for {@link #pooled}. */
    public boolean projects() {
        return projection.isPresent();
    }

    /** Width of the {@linkplain #pooled pooled} state of a prompt. */
    public int pooledWidth() {
        return projects() ? config.integer("projection_dim", 512) : width();
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
     * The states Stable Diffusion 1.x and 2.x condition on: the last layer's, after the final norm.
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
            NDArray hidden = embedded(flat, tokens).add(embedded(order, positions));
            for (Layer each : layers.subList(0, layer)) {
                hidden = each.forward(hidden);
            }
            return scope.keep(hidden);
        }
    }

    private NDArray embedded(NDArray indices, Parameter table) {
        return ops.to(ops.embedding(indices, table.value()), Precision.FLOAT32);
    }

    /** The final norm of a hidden state, {@code (batch, tokens, width)}. */
    public NDArray finalNorm(NDArray hidden) {
        return finalNorm.forward(hidden);
    }

    /**
     * What Stable Diffusion XL takes of an encoder.
     *
     * @param states of the last layer but one, without norm, {@code (batch, tokens, width)}
     * @param pooled {@code (batch, pooledWidth)}
     */
    record Penultimate(NDArray states, NDArray pooled) {}

    /** Both from one pass; recorded and owned as {@link #forward}'s result. */
    Penultimate penultimate(NDManager manager, long[][] ids) {
        try (Scope scope = new Scope()) {
            int last = layers.size() - 1;
            NDArray states = hiddenState(manager, ids, last);
            NDArray pooled = pooled(ids, finalNorm.forward(layers.get(last).forward(states)));
            return new Penultimate(scope.keep(states), scope.keep(pooled));
        }
    }

    /**
     * One vector for a prompt: the state at its end mark, through the projection if there is one.
     *
     * @param ids    as {@link #forward} takes them
     * @param states what {@link #forward} made of them
     * @return {@code (batch, pooledWidth)}, float32; belongs to the manager of {@code states}
     */
    public NDArray pooled(long[][] ids, NDArray states) {
        try (Scope scope = new Scope()) {
            int length = ids[0].length;
            long[] positions = new long[ids.length];
            for (int i = 0; i < ids.length; i++) {
                positions[i] = (long) i * length + endOf(ids[i]);
            }
            NDArray rows = states.reshape((long) ids.length * length, width());
            NDArray ends = ops.embedding(Torch.of(states.getManager(), positions, new Shape(positions.length)), rows);
            return scope.keep(projection.isPresent() ? projection.get().forward(ends, Hooks.NONE) : ends);
        }
    }

    /** As transformers finds it: the first end mark (the first token where there is none), or the first largest id. */
    private int endOf(long[] ids) {
        int end = config.integer("eos_token_id", LEGACY_END);
        int position = 0;
        for (int i = ids.length - 1; i >= 0; i--) {
            if (end == LEGACY_END ? ids[i] >= ids[position] : ids[i] == end) {
                position = i;
            }
        }
        return position;
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
