package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.DiffusionModel;

/** The text states of prompts from a frozen text encoder, each prompt encoded once. */
public final class TextStates {
    private static final int REMEMBERED = 256;

    private final DiffusionModel model;
    private final Consumer<String> notices;
    private final Map<String, float[]> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param notices takes a line for every prompt that was too long and cut */
    public TextStates(DiffusionModel model, Consumer<String> notices) {
        this.model = model;
        this.notices = notices;
    }

    /**
     * The states of several prompts.
     *
     * @param manager owns the result
     * @return {@code (prompts, tokens, width)}
     */
    public NDArray of(NDManager manager, List<String> prompts) {
        int size = model.tokenizer().maxLength() * model.textEncoder().width();
        float[] all = new float[prompts.size() * size];
        for (int i = 0; i < prompts.size(); i++) {
            System.arraycopy(known.computeIfAbsent(prompts.get(i), this::encode), 0, all, i * size, size);
        }
        return Torch.of(
                manager,
                all,
                new Shape(
                        prompts.size(),
                        model.tokenizer().maxLength(),
                        model.textEncoder().width()));
    }

    /** Forgets the states of all prompts; needed when the text encoder's weights have changed. */
    public void forget() {
        known.clear();
    }

    private float[] encode(String prompt) {
        var tokens = model.tokenizer().encode(prompt);
        tokens.notice().ifPresent(notices);
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            return Torch.floats(model.textEncoder().forward(manager, new long[][] {tokens.ids()}));
        }
    }
}
