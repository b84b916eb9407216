package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.OpenClipNames;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.WeightLoader;
import org.scedit.core.weights.PartWeights;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.TensorSource;

/**
 * A CLIP text encoder: states of every kept layer, pooled and projected state, a shorter prompt, loss and gradients; the
 * same from a file with OpenCLIP's names.
 */
final class TextEncoderCheck implements GoldenCheck {
    private static final String HIDDEN = "out.hidden_states.";
    private static final String NORMED = "out.final_ln_of_hidden_states.";

    private static final String OPEN_CLIP = "open_clip_names.safetensors";

    @Override
    public void check(GoldenCase goldenCase) {
        check(
                goldenCase,
                (encoder, loader) -> loader.load(
                        encoder.parameters(), SafetensorsFile.open(goldenCase.file(DiffusionModel.TEXT_WEIGHTS))));
        if (goldenCase.has(OPEN_CLIP)) {
            check(
                    goldenCase,
                    (encoder, loader) ->
                            loader.load(encoder.parameters(), OpenClipNames.rename(openClip(goldenCase), encoder)));
        }
    }

    /** Without what single files put before the names. */
    private static TensorSource openClip(GoldenCase goldenCase) {
        TensorSource weights = SafetensorsFile.open(goldenCase.file(OPEN_CLIP));
        String first = weights.tensors().keySet().iterator().next();
        String before = ".model.";
        return PartWeights.below(weights, first.substring(0, first.indexOf(before) + before.length()));
    }

    private static void check(GoldenCase goldenCase, BiConsumer<TextEncoder, WeightLoader> weights) {
        Tensors io = goldenCase.tensors("io.safetensors");
        try (NDManager manager = Torch.newManager()) {
            TextEncoder encoder = TextEncoder.fromConfig(goldenCase.file("config.json"));
            weights.accept(encoder, new WeightLoader(manager, Precision.FLOAT32));
            long[][] ids = io.rows("in.input_ids");
            NDArray states = encoder.forward(manager, ids);
            goldenCase.output(io, "out.last_hidden_state", states);
            goldenCase.output(io, "out.short_last_hidden_state", encoder.forward(manager, io.rows("in.short_ids")));
            NDArray pooled = encoder.pooled(ids, states);
            if (encoder.projects()) {
                goldenCase.output(io, "out.text_embeds", pooled);
                pooled = withoutProjection(goldenCase).pooled(ids, states);
            }
            goldenCase.output(io, "out.pooled", pooled);
            for (String layer : io.below(HIDDEN)) {
                goldenCase.output(io, HIDDEN + layer, encoder.hiddenState(manager, ids, index(encoder, layer)));
            }
            for (String layer : io.below(NORMED)) {
                NDArray hidden = encoder.hiddenState(manager, ids, index(encoder, layer));
                goldenCase.output(io, NORMED + layer, encoder.finalNorm(hidden));
            }
            gradients(goldenCase, io, encoder, ids, manager);
        }
    }

    /** Negative ones count from the end of the embeddings and all layers. */
    private static int index(TextEncoder encoder, String layer) {
        int index = Integer.parseInt(layer);
        return index < 0 ? encoder.layers() + 1 + index : index;
    }

    /** The same encoder as a {@code CLIPTextModel}; finding a prompt's end takes no weights. */
    private static TextEncoder withoutProjection(GoldenCase goldenCase) {
        ConfigFile config = ConfigFile.read(goldenCase.file("config.json"));
        JsonObject plain = config.values().deepCopy();
        plain.remove("architectures");
        return new TextEncoder(ConfigFile.of(config.file(), plain));
    }

    private static void gradients(
            GoldenCase goldenCase, Tensors io, TextEncoder encoder, long[][] ids, NDManager manager) {
        Map<String, NDArray> watched = new LinkedHashMap<>();
        for (String name : io.below("grad.")) {
            NDArray array = encoder.parameters().get(name).value();
            array.setRequiresGradient(true);
            watched.put(name, array);
        }
        try (Autograd autograd = Autograd.record()) {
            NDArray loss = new Ops().meanSquare(encoder.forward(manager, ids), io.array(manager, "in.target"));
            goldenCase.output(io, "out.loss", loss.getFloat());
            autograd.backward(loss);
        }
        watched.forEach((name, array) -> goldenCase.gradient(io, "grad." + name, array));
    }
}
