package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.TextEncoder;

/** A CLIP text encoder: states of every kept layer, pooled state, a shorter prompt, loss and gradients. */
final class TextEncoderCheck implements GoldenCheck {
    private static final String HIDDEN = "out.hidden_states.";
    private static final String NORMED = "out.final_ln_of_hidden_states.";

    @Override
    public void check(GoldenCase goldenCase) {
        Tensors io = goldenCase.tensors("io.safetensors");
        try (NDManager manager = Torch.newManager()) {
            TextEncoder encoder = Models.textEncoder(goldenCase, "", manager);
            long[][] ids = io.rows("in.input_ids");
            NDArray states = encoder.forward(manager, ids);
            goldenCase.output(io, "out.last_hidden_state", states);
            goldenCase.output(io, "out.short_last_hidden_state", encoder.forward(manager, io.rows("in.short_ids")));
            goldenCase.output(io, "out.pooled", pooled(encoder, ids, Torch.floats(states)));
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

    /** The states at the first end mark of each prompt. */
    private static float[] pooled(TextEncoder encoder, long[][] ids, float[] states) {
        int width = encoder.width();
        long end = encoder.config().integer("eos_token_id");
        float[] pooled = new float[ids.length * width];
        for (int i = 0; i < ids.length; i++) {
            int position = Arrays.stream(ids[i]).boxed().toList().indexOf(end);
            System.arraycopy(states, (i * ids[i].length + position) * width, pooled, i * width, width);
        }
        return pooled;
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
