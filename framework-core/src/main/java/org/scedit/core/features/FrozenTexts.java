package org.scedit.core.features;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.WeightLoader;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.FileHash;

/** A model's (first) text encoder by itself, with its weights. Close it to free them. */
public final class FrozenTexts implements AutoCloseable {
    private final NDManager weights = Torch.newManager();
    private final ClipTokenizer tokenizer;
    private final TextEncoder encoder;
    private final String hash;

    /** @throws UserException if the model has no text encoder, or it does not fit its configuration */
    public FrozenTexts(ModelParts model) {
        try {
            tokenizer = model.tokenizer(Part.TEXT_ENCODER);
            encoder = new TextEncoder(model.config(Part.TEXT_ENCODER));
            new WeightLoader(weights, Precision.FLOAT32)
                    .ignoring(name -> name.endsWith("position_ids"))
                    .load(encoder.parameters(), model.weights(Part.TEXT_ENCODER));
            hash = FileHash.sha256(model.files(Part.TEXT_ENCODER));
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** Width of a state. */
    public int width() {
        return encoder.width();
    }

    /** SHA-256 of its weights' files, in hex. */
    public String hash() {
        return hash;
    }

    /**
     * States of texts; what is too long is cut.
     *
     * @param manager owns the result
     * @return {@code (texts, tokens, width)}, float32
     */
    public NDArray states(NDManager manager, List<String> texts) {
        long[][] ids = texts.stream().map(text -> tokenizer.encode(text).ids()).toArray(long[][]::new);
        return encoder.forward(manager, ids);
    }

    @Override
    public void close() {
        weights.close();
    }
}
