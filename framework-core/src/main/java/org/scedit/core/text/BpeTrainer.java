package org.scedit.core.text;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * Makes a small tokenizer of CLIP's kind from captions and writes its folder. The same captions, in any order, give the
 * same files.
 *
 * <p>Byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909): the pair of neighbouring symbols that is most
 * frequent in the words becomes a symbol of its own, again and again.
 */
public final class BpeTrainer {
    private static final Gson JSON =
            new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

    private BpeTrainer() {}

    /**
     * Learns a vocabulary and writes {@code vocab.json}, {@code merges.txt}, {@code tokenizer_config.json} and {@code
     * special_tokens_map.json}. The vocabulary is 256 bytes, 256 bytes that end a word, the merged symbols in the order
     * in which they were learned, the begin mark and the end mark; it pads with the end mark, as SD 1.5 does.
     *
     * @param captions  texts that hold the words to learn
     * @param maxMerges at most this many merged symbols; fewer if every word is one symbol before
     * @param maxLength ids in a row, both marks included; at least 3
     * @param folder    made if missing; files of these names are replaced
     * @return size of the vocabulary: the text encoder's {@code vocab_size}
     * @throws UserException if the folder cannot be written
     */
    public static int train(Collection<String> captions, int maxMerges, int maxLength, Path folder) {
        if (maxMerges < 0 || maxLength < 3) {
            throw new IllegalArgumentException("maxMerges " + maxMerges + ", maxLength " + maxLength);
        }
        List<Merge> merges = learn(captions, maxMerges);
        Map<String, Integer> vocabulary = vocabulary(merges);
        AtomicFiles.writeText(folder.resolve(TokenizerFolder.VOCABULARY), JSON.toJson(vocabulary) + "\n");
        AtomicFiles.writeText(
                folder.resolve(TokenizerFolder.MERGES),
                merges.stream()
                        .map(merge -> merge.left() + " " + merge.right() + "\n")
                        .collect(Collectors.joining("", TokenizerFolder.VERSION_LINE + "\n", "")));
        Map<String, Object> specialTokens = new LinkedHashMap<>();
        specialTokens.put("bos_token", ClipText.BEGIN);
        specialTokens.put("eos_token", ClipText.END);
        specialTokens.put("unk_token", ClipText.END);
        specialTokens.put("pad_token", ClipText.END);
        AtomicFiles.writeText(folder.resolve(TokenizerFolder.SPECIAL_TOKENS), JSON.toJson(specialTokens) + "\n");
        Map<String, Object> config = new LinkedHashMap<>(specialTokens);
        config.put("do_lower_case", true);
        config.put("model_max_length", maxLength);
        config.put("tokenizer_class", "CLIPTokenizer");
        AtomicFiles.writeText(folder.resolve(TokenizerFolder.CONFIG), JSON.toJson(config) + "\n");
        return vocabulary.size();
    }

    private static List<Merge> learn(Collection<String> captions, int maxMerges) {
        Map<String, Long> counts = captions.stream()
                .flatMap(caption -> ClipText.words(ClipText.clean(caption)).stream())
                .filter(word -> !word.isMark())
                .collect(Collectors.groupingBy(ClipText.Word::text, TreeMap::new, Collectors.counting()));
        Map<String, List<String>> symbols = new HashMap<>();
        counts.keySet().forEach(word -> symbols.put(word, new ClipText.Word(word, 0).symbols()));
        List<Merge> merges = new ArrayList<>();
        while (merges.size() < maxMerges) {
            Optional<Merge> next = mostFrequent(symbols, counts);
            if (next.isEmpty()) {
                break;
            }
            merges.add(next.get());
            symbols.replaceAll((word, parts) -> next.get().applyTo(parts));
        }
        return merges;
    }

    /** Of equally frequent pairs the first in the alphabet, so that nothing depends on the order of a hash map. */
    private static Optional<Merge> mostFrequent(Map<String, List<String>> symbols, Map<String, Long> counts) {
        Map<Merge, Long> frequency = new HashMap<>();
        symbols.forEach((word, parts) ->
                Merge.pairsOf(parts).forEach(pair -> frequency.merge(pair, counts.get(word), Long::sum)));
        return frequency.entrySet().stream()
                .max(Map.Entry.<Merge, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .map(Map.Entry::getKey);
    }

    private static Map<String, Integer> vocabulary(List<Merge> merges) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        List<String> bytes = ClipText.vocabularyOrder();
        bytes.forEach(symbol -> vocabulary.put(symbol, vocabulary.size()));
        bytes.forEach(symbol -> vocabulary.put(symbol + ClipText.WORD_END, vocabulary.size()));
        // two merges can make the same symbol (a·bc and ab·c); it keeps its first id
        merges.forEach(merge -> vocabulary.putIfAbsent(merge.joined(), vocabulary.size()));
        vocabulary.put(ClipText.BEGIN, vocabulary.size());
        vocabulary.put(ClipText.END, vocabulary.size());
        return vocabulary;
    }
}
