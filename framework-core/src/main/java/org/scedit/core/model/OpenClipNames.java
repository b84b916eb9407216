package org.scedit.core.model;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.scedit.core.weights.PartWeights;
import org.scedit.core.weights.TensorSource;

/**
 * A text encoder of OpenCLIP under transformers' names: single files of Stable Diffusion 2.x hold ViT-H so, below
 * {@code cond_stage_model.model.}, and those of Stable Diffusion XL ViT-bigG, below
 * {@code conditioner.embedders.1.model.}.
 */
public final class OpenClipNames {
    private static final Pattern BLOCK = Pattern.compile("transformer\\.resblocks\\.(\\d{1,4})\\.(.+)\\.(\\w+)");
    private static final Pattern FUSED =
            Pattern.compile("transformer\\.resblocks\\.(\\d{1,4})\\.attn\\.in_proj_(\\w+)");

    private static final Map<String, String> LAYERS = Map.of(
            "ln_1", "layer_norm1",
            "ln_2", "layer_norm2",
            "mlp.c_fc", "mlp.fc1",
            "mlp.c_proj", "mlp.fc2",
            "attn.out_proj", "self_attn.out_proj");

    private static final Map<String, String> OTHERS = Map.of(
            "token_embedding.weight", "text_model.embeddings.token_embedding.weight",
            "positional_embedding", "text_model.embeddings.position_embedding.weight",
            "ln_final.weight", "text_model.final_layer_norm.weight",
            "ln_final.bias", "text_model.final_layer_norm.bias");

    /** The text's projection, {@code (width, projected)}. */
    private static final String PROJECTION = "text_projection";

    /** Of its training, and made anew by every encoder. */
    private static final Set<String> UNUSED = Set.of("logit_scale", "attn_mask");

    private OpenClipNames() {}

    /**
     * The weights of a text encoder as it takes them: queries, keys and values, which OpenCLIP keeps in one matrix, apart;
     * the projection's matrix transposed; without layers after those that the encoder has (diffusers leaves out ViT-H's
     * last one, which Stable Diffusion 2.x does not use), and without the projection if it has none.
     *
     * @param weights by their OpenCLIP names, without what the file puts before them; what is none stays as it is
     */
    public static TensorSource rename(TensorSource weights, TextEncoder encoder) {
        return PartWeights.of(
                weights,
                each -> isKnown(each.name()) ? rename(each, encoder.layers(), encoder.projects()) : Stream.of(each));
    }

    /** Whether a text encoder of OpenCLIP has a tensor of this name. */
    public static boolean isKnown(String name) {
        Matcher block = BLOCK.matcher(name);
        return FUSED.matcher(name).matches()
                || block.matches() && LAYERS.containsKey(block.group(2))
                || OTHERS.containsKey(name)
                || UNUSED.contains(name)
                || name.equals(PROJECTION);
    }

    /**
     * What a text encoder takes of one tensor.
     *
     * @param tensor   of a name that {@linkplain #isKnown is known}
     * @param layers   how many the encoder has
     * @param projects whether it has a projection
     * @return three for a fused projection, one for most, none for what the encoder has no use for
     */
    public static Stream<PartWeights.Tensor> rename(PartWeights.Tensor tensor, int layers, boolean projects) {
        String name = tensor.name();
        Matcher fused = FUSED.matcher(name);
        if (fused.matches()) {
            String path = layer(fused) + "self_attn.";
            return has(layers, fused)
                    ? Stream.of(
                            tensor.part(path + "q_proj." + fused.group(2), 0, 3),
                            tensor.part(path + "k_proj." + fused.group(2), 1, 3),
                            tensor.part(path + "v_proj." + fused.group(2), 2, 3))
                    : Stream.empty();
        }
        Matcher block = BLOCK.matcher(name);
        if (block.matches()) {
            return has(layers, block)
                    ? Stream.of(tensor.named(layer(block) + LAYERS.get(block.group(2)) + "." + block.group(3)))
                    : Stream.empty();
        }
        if (name.equals(PROJECTION)) {
            return projects ? Stream.of(tensor.transposed(TextEncoder.PROJECTION + ".weight")) : Stream.empty();
        }
        return UNUSED.contains(name) ? Stream.empty() : Stream.of(tensor.named(OTHERS.get(name)));
    }

    private static String layer(Matcher block) {
        return "text_model.encoder.layers." + block.group(1) + ".";
    }

    private static boolean has(int layers, Matcher block) {
        return Integer.parseInt(block.group(1)) < layers;
    }
}
