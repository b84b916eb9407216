package org.scedit.core.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.core.UserException;

/**
 * CLIP's tokenizer: text to a row of token ids of fixed length, {@code begin, tokens of the words, end, padding}.
 *
 * <p>Written here, not taken from the Hugging Face library: that one finds the two marks before it cuts words and knows
 * no HTML references, so that it gives other ids than the original for texts such as {@code !<|endoftext|>} or
 * {@code salt &amp; pepper}; and it would have to be fed a file composed for the purpose.
 *
 * <p>Can be used by several threads.
 */
public final class ClipTokenizer {
    private static final String BEGIN_ROLE = "bos_token";
    private static final String END_ROLE = "eos_token";
    private static final String PAD_ROLE = "pad_token";
    private static final String UNKNOWN_ROLE = "unk_token";

    private final Map<String, Integer> vocabulary;
    private final Map<Merge, Integer> ranks;
    private final Map<String, Integer> special;
    private final int maxLength;

    /**
     * An encoded prompt.
     *
     * @param ids    {@code maxLength} ids
     * @param tokens number of tokens that the prompt has without the two marks, also those that were cut
     * @param cut    the end of the prompt that did not fit, from the first word that is not whole, in lower case; empty
     *               if all of it fits
     */
    public record Encoded(long[] ids, int tokens, String cut) {
        /** One line that tells the user what was left off, or empty if nothing was. */
        public Optional<String> notice() {
            return cut.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the prompt has " + tokens + " tokens and the text encoder takes " + (ids.length - 2)
                            + "; left off: '" + cut + "'");
        }
    }

    private ClipTokenizer(
            Map<String, Integer> vocabulary, Map<Merge, Integer> ranks, Map<String, Integer> special, int maxLength) {
        this.vocabulary = vocabulary;
        this.ranks = ranks;
        this.special = special;
        this.maxLength = maxLength;
    }

    private static Map<String, String> symbols(String padding) {
        return Map.of(
                BEGIN_ROLE, ClipText.BEGIN,
                END_ROLE, ClipText.END,
                PAD_ROLE, padding,
                UNKNOWN_ROLE, ClipText.END);
    }

    /**
     * Reads {@code vocab.json}, {@code merges.txt}, {@code tokenizer_config.json} and, if there, {@code
     * special_tokens_map.json}.
     *
     * @param folder the model's {@code tokenizer} folder
     * @throws UserException if a file is missing, damaged, or does not belong to the others
     */
    public static ClipTokenizer load(Path folder) {
        TokenizerFolder files = new TokenizerFolder(folder);
        Map<String, Integer> vocabulary = files.vocabulary();
        return new ClipTokenizer(
                vocabulary,
                files.merges(vocabulary),
                files.specialTokens(vocabulary, symbols(ClipText.END)),
                files.maxLength());
    }

    /**
     * Reads {@code vocab.json} and {@code merges.txt} alone, for a text encoder whose padding is known.
     *
     * @param folder    with these two files; others are not looked at
     * @param maxLength number of ids in a row, both marks included
     * @param padding   symbol that fills a row
     * @throws UserException if a file is missing, damaged, or does not belong to the other
     */
    public static ClipTokenizer plain(Path folder, int maxLength, String padding) {
        TokenizerFolder files = new TokenizerFolder(folder);
        Map<String, Integer> vocabulary = files.vocabulary();
        Map<String, Integer> special = new HashMap<>();
        symbols(padding).forEach((role, symbol) -> {
            if (!vocabulary.containsKey(symbol)) {
                throw new UserException(folder.resolve(TokenizerFolder.VOCABULARY) + ": lacks '" + symbol
                        + "', which CLIP's vocabulary has");
            }
            special.put(role, vocabulary.get(symbol));
        });
        return new ClipTokenizer(vocabulary, files.merges(vocabulary), special, maxLength);
    }

    /** Number of ids in a row, both marks included; 77 for the published models. */
    public int maxLength() {
        return maxLength;
    }

    /** One more than the largest id: what the text encoder's {@code vocab_size} must be at least. */
    public int vocabularySize() {
        return vocabulary.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
    }

    /** The id that ends every prompt. */
    public long endId() {
        return special.get(END_ROLE);
    }

    /**
     * Encodes a prompt, cuts it to the length the text encoder takes, or pads it with the token that the folder names.
     *
     * @param prompt any text; HTML references are replaced, case and the amount of white space do not matter
     */
    public Encoded encode(String prompt) {
        String clean = ClipText.clean(prompt);
        int room = maxLength - 2;
        List<Integer> tokens = new ArrayList<>();
        String cut = "";
        for (ClipText.Word word : ClipText.words(clean)) {
            tokens.addAll(idsOf(word));
            if (cut.isEmpty() && tokens.size() > room) {
                cut = clean.substring(word.start());
            }
        }
        long[] ids = new long[maxLength];
        Arrays.fill(ids, special.get(PAD_ROLE));
        int kept = Math.min(tokens.size(), room);
        ids[0] = special.get(BEGIN_ROLE);
        for (int i = 0; i < kept; i++) {
            ids[i + 1] = tokens.get(i);
        }
        ids[kept + 1] = special.get(END_ROLE);
        return new Encoded(ids, tokens.size(), cut);
    }

    /** Joins the word's symbols, the pair of lowest rank first, until no known pair is left. */
    private List<Integer> idsOf(ClipText.Word word) {
        List<String> symbols = word.isMark() ? List.of(word.text()) : word.symbols();
        Optional<Merge> next = firstMerge(symbols);
        while (next.isPresent()) {
            symbols = next.get().applyTo(symbols);
            next = firstMerge(symbols);
        }
        return symbols.stream()
                .map(symbol -> vocabulary.getOrDefault(symbol, special.get(UNKNOWN_ROLE)))
                .toList();
    }

    private Optional<Merge> firstMerge(List<String> symbols) {
        return Merge.pairsOf(symbols).stream().filter(ranks::containsKey).min(Comparator.comparing(ranks::get));
    }
}
