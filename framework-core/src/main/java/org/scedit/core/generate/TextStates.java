package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.scedit.api.AddedConditions;
import org.scedit.core.data.Framing;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.PromptEncoder;
import org.scedit.core.model.TextCondition;
import org.scedit.core.shared.ContentKey;
import org.scedit.core.shared.SharedFiles;

/**
 * What the U-Net is told of prompts and pictures' sizes. With frozen text encoders each prompt is encoded once. A prompt
 * that is left out is the empty text, or zeros if the model says so.
 */
public final class TextStates {
    private static final int REMEMBERED = 256;

    private static final String KIND = "texts";
    private static final int FORMAT = 1;
    private static final String STATES = "states";
    private static final String POOLED = "pooled";
    private static final String NOTICES = "notices";

    private final DiffusionModel model;
    private final SharedFiles shared;
    private final Consumer<String> notices;
    /** Key of the text encoders' configurations and weights; null until a key is asked for. */
    private String encoders;

    private final Map<String, Numbers> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Numbers> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Of one prompt; {@code pooled} is empty where the model has none. */
    private record Numbers(float[] states, float[] pooled) {}

    /**
     * States that are kept in memory only.
     *
     * @param notices takes a line for every prompt that was too long and cut
     */
    public TextStates(DiffusionModel model, Consumer<String> notices) {
        this(model, SharedFiles.none(), notices);
    }

    /**
     * @param shared  where states may be kept for other runs; none for text encoders that are trained, which would be
     *     taken in anew for every state
     * @param notices takes a line for every prompt that was too long and cut
     */
    public TextStates(DiffusionModel model, SharedFiles shared, Consumer<String> notices) {
        this.model = model;
        this.shared = shared;
        this.notices = notices;
    }

    /**
     * What the U-Net is told for several prompts.
     *
     * @param manager  owns the result
     * @param prompts  an empty one is left out: what guidance leads away from, a dropped caption
     * @param pictures how the picture of each prompt was made, or is to be
     */
    public TextCondition of(NDManager manager, List<Optional<String>> prompts, List<Framing> pictures) {
        List<Numbers> numbers = prompts.stream().map(this::numbers).toList();
        PromptEncoder encoder = model.prompts();
        NDArray states = joined(
                manager,
                numbers.stream().map(Numbers::states).toList(),
                new Shape(prompts.size(), encoder.tokens(), encoder.width()));
        if (encoder.pooledWidth() == 0) {
            return TextCondition.of(states);
        }
        NDArray pooled = joined(
                manager,
                numbers.stream().map(Numbers::pooled).toList(),
                new Shape(prompts.size(), encoder.pooledWidth()));
        return new TextCondition(states, Optional.of(new AddedConditions(pooled, Framing.sizes(pictures))));
    }

    /** {@link #of} encoded anew and recorded, for text encoders that are trained. */
    public TextCondition recorded(NDManager manager, List<Optional<String>> prompts, List<Framing> pictures) {
        try (Scope scope = new Scope()) {
            List<String> texts = prompts.stream().map(each -> each.orElse("")).toList();
            PromptEncoder.Encoded encoded = model.prompts().encode(manager, texts, notice -> {});
            NDArray states = zeroed(encoded.states(), prompts);
            return new TextCondition(
                    scope.keep(states),
                    encoded.pooled()
                            .map(pooled ->
                                    new AddedConditions(scope.keep(zeroed(pooled, prompts)), Framing.sizes(pictures))));
        }
    }

    /** Rows of prompts that the model takes for zeros, zeroed. */
    private NDArray zeroed(NDArray rows, List<Optional<String>> prompts) {
        if (prompts.stream().noneMatch(this::isZeros)) {
            return rows;
        }
        float[] kept = new float[prompts.size()];
        long[] shape = new long[rows.getShape().dimension()];
        Arrays.fill(shape, 1);
        shape[0] = kept.length;
        for (int i = 0; i < kept.length; i++) {
            kept[i] = isZeros(prompts.get(i)) ? 0 : 1;
        }
        return rows.mul(Torch.of(rows.getManager(), kept, new Shape(shape)));
    }

    /** Forgets the states of all prompts; needed when the text encoder's weights have changed. */
    public void forget() {
        known.clear();
        encoders = null;
    }

    private boolean isZeros(Optional<String> prompt) {
        return prompt.isEmpty() && model.parts().zeroesEmptyPrompt();
    }

    private Numbers numbers(Optional<String> prompt) {
        PromptEncoder encoder = model.prompts();
        return isZeros(prompt)
                ? new Numbers(new float[encoder.tokens() * encoder.width()], new float[encoder.pooledWidth()])
                : known.computeIfAbsent(prompt.orElse(""), this::encode);
    }

    private Numbers encode(String prompt) {
        SharedFiles.Entry made = shared.get(KIND, () -> key(prompt), () -> make(prompt));
        made.text(NOTICES).lines().forEach(notices);
        return new Numbers(made.floats(STATES), made.floats(POOLED));
    }

    private SharedFiles.Made make(String prompt) {
        List<String> said = new ArrayList<>();
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            PromptEncoder.Encoded encoded = model.prompts().encode(manager, List.of(prompt), said::add);
            return new SharedFiles.Made(
                    Map.of(
                            STATES,
                            Torch.floats(encoded.states()),
                            POOLED,
                            encoded.pooled().map(Torch::floats).orElse(new float[0])),
                    Map.of(NOTICES, String.join("\n", said)));
        }
    }

    private ContentKey key(String prompt) {
        if (encoders == null) {
            encoders = keyOfEncoders();
        }
        ContentKey key =
                ContentKey.ofArithmetic(KIND, FORMAT).add("encoders", encoders).add("prompt", prompt);
        for (PromptEncoder.Tower tower : model.prompts().towers()) {
            key.add("tokens", Arrays.toString(tower.tokenizer().encode(prompt).ids()));
        }
        return key;
    }

    private String keyOfEncoders() {
        ContentKey key = ContentKey.ofArithmetic("text encoders", FORMAT);
        for (PromptEncoder.Tower tower : model.prompts().towers()) {
            key.add("encoder", tower.encoder().config().values().toString())
                    .add("weights", tower.encoder().parameters());
        }
        return key.hex();
    }

    private static NDArray joined(NDManager manager, List<float[]> rows, Shape shape) {
        float[] all = new float[(int) shape.size()];
        int size = all.length / rows.size();
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * size, size);
        }
        return Torch.of(manager, all, shape);
    }
}
