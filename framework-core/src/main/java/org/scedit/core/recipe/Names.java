package org.scedit.core.recipe;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.scedit.core.Worded;

/** Names as recipes write them, and the nearest one to a misspelled one. */
public final class Names {
    /** What other tools call a thing, where too few letters are shared. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("lr", "learning_rate"),
            Map.entry("gradient_accumulation_steps", "accumulate"),
            Map.entry("max_grad_norm", "clip_norm"),
            Map.entry("resolution", "size"),
            Map.entry("cfg", "guidance"),
            Map.entry("base", "model"),
            Map.entry("strength", "scale"),
            Map.entry("type", "use"),
            Map.entry("repo_id", "hub"),
            Map.entry("pretrained_model_name_or_path", "hub"),
            Map.entry("dtype", "precision"),
            Map.entry("scheduler", "sampler"),
            Map.entry("init_image", "image"),
            Map.entry("mask_image", "mask"),
            Map.entry("plms", "pndm"),
            Map.entry("euler_a", "euler-ancestral"),
            Map.entry("euler-a", "euler-ancestral"),
            Map.entry("dpmpp-2m", "dpm++-2m"),
            Map.entry("dpm-solver++", "dpm++"),
            Map.entry("dpmsolver++", "dpm++"),
            Map.entry("dpmsolver", "dpm++"),
            Map.entry("fp32", "float32"),
            Map.entry("bf16", "bfloat16"));

    private Names() {}

    /** {@code learningRate} → {@code learning_rate}. */
    static String key(String component) {
        return component.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** {@code SOFT_SHADED} → {@code soft-shaded}, unless it says otherwise itself. */
    static String word(Enum<?> constant) {
        if (constant instanceof Worded worded) {
            return worded.word();
        }
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static List<String> words(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants())
                .map(constant -> word((Enum<?>) constant))
                .toList();
    }

    /** {@code FolderData} of {@code Data} → {@code folder}. */
    static String choice(Class<?> record, Class<?> sealed) {
        return key(record.getSimpleName().replace(sealed.getSimpleName(), "")).replace('_', '-');
    }

    static Class<? extends Record> chosen(Class<?> sealed, String choice) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .filter(record -> choice(record, sealed).equals(choice))
                .findFirst()
                .<Class<? extends Record>>map(record -> record.asSubclass(Record.class))
                .orElse(null);
    }

    static List<String> choices(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses())
                .map(record -> choice(record, sealed))
                .toList();
    }

    /** {@code did you mean 'x'?}, or all that is known. */
    static String suggestion(String name, Collection<String> known, String introduction) {
        return nearest(name, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElseGet(() -> introduction + " " + String.join(", ", known));
    }

    /** The known name of what other tools call so. */
    static Optional<String> synonym(String name, Collection<String> known) {
        return Optional.ofNullable(SYNONYMS.get(name.toLowerCase(Locale.ROOT))).filter(known::contains);
    }

    /** The known name that was probably meant. */
    public static Optional<String> nearest(String name, Collection<String> known) {
        Optional<String> synonym = synonym(name, known);
        if (synonym.isPresent()) {
            return synonym;
        }
        String wanted = name.toLowerCase(Locale.ROOT);
        int farthest = Math.min(3, Math.max(1, wanted.length() / 3));
        return known.stream()
                .filter(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT)) <= farthest)
                .min(Comparator.comparingInt(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT))))
                .or(() -> known.stream()
                        .filter(candidate -> sharesWords(wanted, candidate))
                        .max(Comparator.comparingInt(String::length)));
    }

    /** {@code batch_size} and {@code batch}, {@code num_inference_steps} and {@code steps}. */
    private static boolean sharesWords(String wanted, String candidate) {
        Set<String> some = parts(wanted);
        Set<String> others = parts(candidate);
        return some.containsAll(others) || others.containsAll(some);
    }

    private static Set<String> parts(String name) {
        return Arrays.stream(name.split("[^a-z0-9]+"))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Edits between two words: insert, delete, replace, swap neighbours (Damerau-Levenshtein). */
    static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
