package org.scedit.core.recipe;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * What the runs of a sweep are called: {@code tuners=lora-4,learning_rate=1.0e-3}, from the keys that vary and their
 * values. A name depends on the values of its own run and on which keys vary, not on the other values, so that a sweep
 * which gets more of them keeps its names.
 */
final class SweepNames {
    /** Of a name without seed; the files of a run end it with some more, and file systems stop at 255. */
    private static final int LONGEST = 180;

    private static final int LONGEST_VALUE = 60;
    private static final int HASH_DIGITS = 8;

    private final Map<String, String> keys = new LinkedHashMap<>();

    /** @param settings all that vary, as in {@link Sweep.Variant#settings} */
    SweepNames(Set<String> settings) {
        for (String setting : settings) {
            String[] steps = setting.split("\\.");
            String shortest = steps[steps.length - 1];
            boolean alone = settings.stream()
                            .filter(other -> other.equals(shortest) || other.endsWith("." + shortest))
                            .count()
                    == 1;
            String key = alone ? shortest : setting;
            keys.put(setting, plain(key.replaceAll("\\[(\\d+)\\]", ".$1")));
        }
    }

    /** The name of the runs with these settings, whatever their seed. */
    String of(Map<String, String> settings) {
        List<String> parts = new ArrayList<>();
        settings.forEach(
                (key, value) -> parts.add(keys.get(key) + "=" + shortened(plain(value), value, LONGEST_VALUE)));
        String name = String.join(",", parts);
        return shortened(name, name, LONGEST);
    }

    /** A value in a line: {@code 1.0e-4}, {@code [ink, wash]}, {@code lora rank 4}, {@code sc-tuner + lora rank 4}. */
    static String shown(RecipeNode node) {
        if (node instanceof Scalar scalar) {
            return scalar.isNull() ? "nothing" : scalar.text();
        }
        if (node instanceof Mapping block) {
            List<String> words = new ArrayList<>();
            block.entries()
                    .forEach((key, entry) ->
                            words.add((key.equals("use") ? "" : key.substring(key.lastIndexOf('.') + 1) + " ")
                                    + shown(entry.value())));
            return String.join(" ", words);
        }
        List<String> items =
                ((Sequence) node).items().stream().map(SweepNames::shown).toList();
        boolean blocks = ((Sequence) node).items().stream().anyMatch(Mapping.class::isInstance);
        return blocks ? String.join(" + ", items) : "[" + String.join(", ", items) + "]";
    }

    /** Letters, digits and {@code . _ + -}; everything else is a hyphen, with none at the ends. */
    private static String plain(String text) {
        String name = text.replaceAll("[\\[\\]{}\"']", "")
                .replaceAll(" ?\\+ ?|, ?", "+")
                .replaceAll("[^A-Za-z0-9._+-]+", "-")
                .replaceAll("^-+(?=[^0-9.])|-+$", "");
        return name.isEmpty() ? "none" : name;
    }

    /** A name that is too long is cut, and ended by a hash of the whole text. */
    private static String shortened(String name, String whole, int longest) {
        if (name.length() <= longest) {
            return name;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(StandardCharsets.UTF_8));
            return name.substring(0, longest - HASH_DIGITS - 1) + "-"
                    + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has SHA-256
        }
    }
}
