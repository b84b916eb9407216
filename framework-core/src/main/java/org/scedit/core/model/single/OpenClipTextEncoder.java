package org.scedit.core.model.single;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.stream.Stream;
import org.scedit.core.model.OpenClipNames;
import org.scedit.core.weights.PartWeights;

/**
 * A text encoder under {@linkplain OpenClipNames OpenCLIP's names}: Stable Diffusion 2.x's (ViT-H) and SDXL's second
 * (ViT-bigG).
 *
 * <p>Source: {@code TextTransformer} of mlfoundations/open_clip, {@code transformer.py}.
 */
final class OpenClipTextEncoder implements LdmPart {
    private static final String BLOCKS = "transformer.resblocks";

    private final Shapes shapes;
    private final boolean projects;
    private final int layers;

    /**
     * @param projects whether its pooled text is used (SDXL's second encoder). Where it is not, the last layer is left
     *     out: Stable Diffusion 2 takes the states before it, and diffusers saves the encoder without it.
     */
    OpenClipTextEncoder(Shapes shapes, boolean projects) {
        this.shapes = shapes;
        this.projects = projects;
        layers = shapes.count(BLOCKS) - (projects ? 0 : 1);
    }

    /** Whether the file's tensors with this prefix are such an encoder's. */
    static boolean isIn(Shapes shapes) {
        return shapes.has("ln_final.weight") && shapes.any(BLOCKS + ".0.");
    }

    @Override
    public boolean isUnused(String key) {
        return key.equals("logit_scale")
                || key.equals("attn_mask")
                || !projects && (key.equals("text_projection") || key.startsWith(BLOCKS + "." + layers + "."));
    }

    @Override
    public Stream<PartWeights.Tensor> place(PartWeights.Tensor tensor) {
        return OpenClipNames.isKnown(tensor.name()) ? OpenClipNames.rename(tensor, layers, projects) : Stream.empty();
    }

    /** Width of its projected text; that of its states where the file has no projection. */
    int projectedWidth() {
        return shapes.has("text_projection")
                ? shapes.size("text_projection", 1)
                : shapes.size("token_embedding.weight", 1);
    }

    @Override
    public JsonObject config() {
        JsonObject config = ClipTextEncoder.config(
                "gelu",
                shapes.size("token_embedding.weight", 0),
                shapes.size("positional_embedding", 0),
                shapes.size("token_embedding.weight", 1),
                shapes.size(BLOCKS + ".0.mlp.c_fc.weight", 0),
                layers);
        var architectures = new JsonArray();
        architectures.add(projects ? "CLIPTextModelWithProjection" : "CLIPTextModel");
        config.add("architectures", architectures);
        config.addProperty("projection_dim", projectedWidth());
        return config;
    }
}
