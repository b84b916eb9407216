package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.scedit.core.engine.Scope;
import org.scedit.core.text.ClipTokenizer;

/**
 * Prompts to what a U-Net takes of them, by one text encoder or two.
 * <pre>
 * one:  states = the last layer's after the final norm
 * two:  states = [first's, second's] of the last layer but one, without norm; pooled text = the second's, projected
 * </pre>
 * One is Stable Diffusion 1.x and 2.x; two are Stable Diffusion XL, in the order of its folder.
 */
public final class PromptEncoder {
    private final List<Tower> towers;

    /** A text encoder with its tokenizer. */
    public record Tower(ClipTokenizer tokenizer, TextEncoder encoder) {}

    /**
     * Encoded prompts.
     *
     * @param states {@code (prompts, tokens, width)}, float32
     * @param pooled {@code (prompts, pooledWidth)}, float32; there if {@code pooledWidth} is not 0
     */
    public record Encoded(NDArray states, Optional<NDArray> pooled) {}

    PromptEncoder(List<Tower> towers) {
        this.towers = List.copyOf(towers);
    }

    /** The text encoders, one or two. */
    public List<Tower> towers() {
        return towers;
    }

    /** Width of a text state. */
    public int width() {
        return towers.stream().mapToInt(each -> each.encoder().width()).sum();
    }

    /** Width of the pooled text; 0 if there is none. */
    public int pooledWidth() {
        return isPair() ? towers.get(1).encoder().pooledWidth() : 0;
    }

    /** Number of text states of a prompt. */
    public int tokens() {
        return towers.get(0).tokenizer().maxLength();
    }

    private boolean isPair() {
        return towers.size() == 2;
    }

    /**
     * Encodes prompts, recorded where the caller records.
     *
     * @param manager owns the result
     * @param notices takes a line for every prompt that was too long and cut
     */
    public Encoded encode(NDManager manager, List<String> prompts, Consumer<String> notices) {
        try (Scope scope = new Scope()) {
            TextEncoder first = towers.get(0).encoder();
            long[][] ids = ids(towers.get(0).tokenizer(), prompts, notices);
            if (!isPair()) {
                return new Encoded(scope.keep(first.forward(manager, ids)), Optional.empty());
            }
            NDArray states = first.hiddenState(manager, ids, first.layers() - 1);
            TextEncoder.Penultimate second = towers.get(1)
                    .encoder()
                    .penultimate(manager, ids(towers.get(1).tokenizer(), prompts, notice -> {}));
            return new Encoded(scope.keep(states.concat(second.states(), 2)), Optional.of(scope.keep(second.pooled())));
        }
    }

    private static long[][] ids(ClipTokenizer tokenizer, List<String> prompts, Consumer<String> notices) {
        List<long[]> ids = new ArrayList<>();
        for (String prompt : prompts) {
            var tokens = tokenizer.encode(prompt);
            tokens.notice().ifPresent(notices);
            ids.add(tokens.ids());
        }
        return ids.toArray(long[][]::new);
    }
}
