package org.scedit.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Chooses layers of a U-Net by patterns.
 *
 * <p>A pattern matches a layer if the layer's path is the pattern or ends with {@code "." + pattern}, as in PEFT:
 * {@code to_q} matches the query projection of every attention, {@code attn2.to_q} those of cross-attention, and
 * {@code q} none. {@code *} stands for any run of characters, also for none and across dots:
 * {@code mid_block.*.to_q}, {@code *.attn2.*}; {@code *} alone matches every layer.
 */
public final class LayerTargets {
    private static final int SUGGESTED = 3;

    private LayerTargets() {}

    /** Whether a pattern matches a layer of that path. */
    public static boolean matches(String pattern, String path) {
        return isLike(path, pattern) || isLike(path, "*." + pattern);
    }

    /**
     * The layers that at least one pattern matches, in forward order.
     *
     * @param key      of the recipe that the patterns come from, such as {@code targets}; for messages
     * @param patterns at least one
     * @throws IllegalArgumentException if there is no pattern, or one matches no layer; the message names the key,
     *     every such pattern and the nearest names
     */
    public static List<LayerPoint> select(String key, List<String> patterns, UNetLayout unet) {
        return select(key, patterns, unet, EnumSet.allOf(LayerPoint.Kind.class));
    }

    /**
     * {@link #select(String, List, UNetLayout)} for a method that takes layers of some kinds only: layers of other
     * kinds are left out.
     *
     * @param taken the kinds that the method takes
     * @throws IllegalArgumentException also if a pattern matches only layers of other kinds
     */
    public static List<LayerPoint> select(
            String key, List<String> patterns, UNetLayout unet, Set<LayerPoint.Kind> taken) {
        if (patterns.isEmpty()) {
            throw new IllegalArgumentException(key + " is empty; name at least one layer, such as to_q");
        }
        List<LayerPoint> takeable = unet.layers().stream()
                .filter(layer -> taken.contains(layer.kind()))
                .toList();
        List<String> problems = new ArrayList<>();
        for (String pattern : patterns) {
            if (takeable.stream().noneMatch(layer -> matches(pattern, layer.path()))) {
                problems.add(unmatched(key, pattern, unet, takeable));
            }
        }
        refuse(problems);
        return takeable.stream()
                .filter(layer -> patterns.stream().anyMatch(pattern -> matches(pattern, layer.path())))
                .toList();
    }

    /**
     * A value for each layer: that of the first pattern that matches it, or the general one.
     *
     * @param key      of the recipe that the patterns come from, such as {@code rank_pattern}; for messages
     * @param patterns value by pattern; the order counts
     * @param general  the value of layers that no pattern matches
     * @param layers   the chosen layers
     * @throws IllegalArgumentException if a pattern matches none of the layers; the message is as {@link #select}'s
     */
    public static <T> Map<LayerPoint, T> values(
            String key, Map<String, T> patterns, T general, Collection<LayerPoint> layers) {
        List<String> problems = new ArrayList<>();
        for (String pattern : patterns.keySet()) {
            if (layers.stream().noneMatch(layer -> matches(pattern, layer.path()))) {
                problems.add(key + " names '" + pattern + "', which matches none of the chosen layers; the nearest are "
                        + nearest(pattern, layers));
            }
        }
        refuse(problems);
        Map<LayerPoint, T> values = new LinkedHashMap<>();
        for (LayerPoint layer : layers) {
            values.put(
                    layer,
                    patterns.entrySet().stream()
                            .filter(pattern -> matches(pattern.getKey(), layer.path()))
                            .findFirst()
                            .map(Map.Entry::getValue)
                            .orElse(general));
        }
        return values;
    }

    /**
     * Patterns that match the chosen layers and no other: the reverse of {@link #select}.
     *
     * @param chosen some of the layers
     * @param among  all layers that are to be told apart
     * @return as short as can be; in the order of the chosen layers
     */
    public static List<String> patterns(Collection<LayerPoint> chosen, Collection<LayerPoint> among) {
        List<String> patterns = new ArrayList<>();
        Set<LayerPoint> wanted = new HashSet<>(chosen);
        for (LayerPoint layer : chosen) {
            if (patterns.stream().noneMatch(pattern -> matches(pattern, layer.path()))) {
                patterns.add(candidates(layer.path()).stream()
                        .filter(pattern -> among.stream()
                                .allMatch(other -> wanted.contains(other) || !matches(pattern, other.path())))
                        .findFirst()
                        .orElse(layer.path()));
            }
        }
        return patterns;
    }

    /** Of {@code a.b.c.d}: d, c.d, a.*.d, b.c.d, a.*.c.d, a.b.*.d, a.b.c.d; but {@code to_out.0} is one word. */
    private static List<String> candidates(String path) {
        List<String> parts = List.of(path.split("\\."));
        List<String> candidates = new ArrayList<>();
        for (int length = 1; length < parts.size(); length++) {
            for (int head = 0; head < length; head++) {
                String tail = String.join(".", parts.subList(parts.size() - length + head, parts.size()));
                if (!startsWithNumber(tail)) {
                    candidates.add(head == 0 ? tail : String.join(".", parts.subList(0, head)) + ".*." + tail);
                }
            }
        }
        candidates.add(path);
        return candidates;
    }

    private static String unmatched(String key, String pattern, UNetLayout unet, Collection<LayerPoint> takeable) {
        Optional<LayerPoint> other = unet.layers().stream()
                .filter(layer -> matches(pattern, layer.path()))
                .findFirst();
        // what has parameters and is no layer: a normalisation
        Optional<String> module = unet.parameters().keySet().stream()
                .map(name -> name.substring(0, Math.max(0, name.lastIndexOf('.'))))
                .filter(path -> matches(pattern, path))
                .findFirst();
        String matched;
        if (other.isPresent()) {
            matched = "only layers that this method cannot take (" + other.get().path()
                    + "); the nearest of the others are ";
        } else if (module.isPresent()) {
            matched = "neither a linear layer nor a convolution (" + module.get() + "); the nearest of these are ";
        } else {
            matched = "no layer of this U-Net; the nearest are ";
        }
        return key + " names '" + pattern + "', which matches " + matched + nearest(pattern, takeable);
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /** The few layers' names, of as many parts as the pattern, that need the fewest edits. */
    private static String nearest(String pattern, Collection<LayerPoint> layers) {
        int parts = pattern.split("\\.", -1).length;
        return layers.stream()
                .flatMap(layer -> pattern.contains("*")
                        ? List.of(layer.path(), end(layer.path(), parts)).stream()
                        : List.of(end(layer.path(), parts)).stream())
                .distinct()
                .sorted(Comparator.comparingInt(name -> edits(pattern, name)))
                .limit(SUGGESTED)
                .collect(Collectors.joining(", "));
    }

    private static String end(String path, int parts) {
        List<String> all = List.of(path.split("\\."));
        int start = Math.max(0, all.size() - parts);
        while (start > 0 && startsWithNumber(all.get(start))) {
            start--;
        }
        return String.join(".", all.subList(start, all.size()));
    }

    private static boolean startsWithNumber(String name) {
        return Character.isDigit(name.charAt(0));
    }

    /** Letters to insert, delete or replace, with {@code *} for any; Levenshtein's distance. */
    private static int edits(String pattern, String name) {
        int[] above = IntStream.rangeClosed(0, name.length()).toArray();
        for (char letter : pattern.toCharArray()) {
            int free = letter == '*' ? 0 : 1;
            int[] row = new int[above.length];
            row[0] = above[0] + free;
            for (int j = 1; j < row.length; j++) {
                int replaced = above[j - 1] + (letter == name.charAt(j - 1) ? 0 : free);
                row[j] = Math.min(replaced, Math.min(above[j] + free, row[j - 1] + free));
            }
            above = row;
        }
        return above[name.length()];
    }

    /** Whether a text is a pattern with {@code *} for any run of characters; tries each star at its next place only. */
    private static boolean isLike(String text, String pattern) {
        int at = 0;
        int place = 0;
        int star = -1;
        int tried = 0;
        while (at < text.length()) {
            if (place < pattern.length() && pattern.charAt(place) == '*') {
                star = place++;
                tried = at;
            } else if (place < pattern.length() && pattern.charAt(place) == text.charAt(at)) {
                place++;
                at++;
            } else if (star >= 0) {
                place = star + 1;
                at = ++tried;
            } else {
                return false;
            }
        }
        return pattern.substring(place).chars().allMatch(rest -> rest == '*');
    }
}
