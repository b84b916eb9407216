package org.scedit.core.model.single;

import com.google.gson.JsonObject;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.weights.PartWeights;

/**
 * CLIP's text encoder as transformers saves it, behind a prefix: Stable Diffusion 1.x's, and SDXL's first. Some files
 * leave out {@code text_model.}
 */
final class ClipTextEncoder implements LdmPart {
    private static final String MODEL = "text_model.";

    private final Shapes shapes;
    private final String model;

    ClipTextEncoder(Shapes shapes) {
        this.shapes = shapes;
        model = shapes.any(MODEL) ? MODEL : "";
    }

    /** Whether the file's tensors with this prefix are such an encoder's. */
    static boolean isIn(Shapes shapes) {
        return shapes.has(MODEL + "final_layer_norm.weight") || shapes.has("final_layer_norm.weight");
    }

    @Override
    public Stream<PartWeights.Tensor> place(PartWeights.Tensor tensor) {
        return name(tensor.name()).map(tensor::named).stream();
    }

    /** diffusers' name of a tensor; empty for one that this network does not have. */
    Optional<String> name(String key) {
        if (!key.startsWith(model)) {
            return Optional.empty();
        }
        String inner = key.substring(model.length());
        boolean known = inner.startsWith("embeddings.") && inner.endsWith(".weight") // not the positions' numbers
                || inner.startsWith("encoder.layers.")
                || inner.startsWith("final_layer_norm.");
        return known ? Optional.of(MODEL + inner) : Optional.empty();
    }

    @Override
    public JsonObject config() {
        String first = model + "encoder.layers.0.";
        return config(
                "quick_gelu",
                shapes.size(model + "embeddings.token_embedding.weight", 0),
                shapes.size(model + "embeddings.position_embedding.weight", 0),
                shapes.size(model + "embeddings.token_embedding.weight", 1),
                shapes.size(first + "mlp.fc1.weight", 0),
                shapes.count(model + "encoder.layers"));
    }

    /** transformers' configuration of a text encoder; the heads of all published ones are 64 wide. */
    static JsonObject config(String activation, int vocabulary, int positions, int width, int inner, int layers) {
        var config = new JsonObject();
        config.addProperty("model_type", "clip_text_model");
        config.addProperty("hidden_act", activation);
        config.addProperty("vocab_size", vocabulary);
        config.addProperty("max_position_embeddings", positions);
        config.addProperty("hidden_size", width);
        config.addProperty("intermediate_size", inner);
        config.addProperty("num_hidden_layers", layers);
        config.addProperty("num_attention_heads", Math.max(1, width / 64));
        config.addProperty("layer_norm_eps", 1e-5);
        config.addProperty("bos_token_id", vocabulary - 2);
        config.addProperty("eos_token_id", vocabulary - 1);
        config.addProperty("projection_dim", width);
        return config;
    }
}
