package org.scedit.core.recipe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A value of a recipe before it is bound: what was written, and where. Immutable. */
sealed interface RecipeNode {
    Position position();

    /** What was found, for messages: {@code '3.5'}, {@code a list}, {@code a block of keys}. */
    String shown();

    /**
     * A single value.
     *
     * @param text   as written, without quotes
     * @param quoted whether it was, so that {@code "null"} is a text
     */
    record Scalar(String text, boolean quoted, Position position) implements RecipeNode {
        private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");
        private static final int LONGEST_SHOWN = 60;

        /** Whether nothing was written, or YAML's null. */
        boolean isNull() {
            return !quoted && NULLS.contains(text);
        }

        @Override
        public String shown() {
            return isNull() ? "nothing" : quote(text);
        }

        static String quote(String text) {
            var line = new StringBuilder("'");
            text.codePoints()
                    .limit(LONGEST_SHOWN)
                    .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
            return line.append(text.codePointCount(0, text.length()) > LONGEST_SHOWN ? "...'" : "'")
                    .toString();
        }
    }

    /** A list. */
    record Sequence(List<RecipeNode> items, Position position) implements RecipeNode {
        public Sequence {
            items = List.copyOf(items);
        }

        Sequence with(int index, RecipeNode item) {
            List<RecipeNode> changed = new ArrayList<>(items);
            changed.set(index, item);
            return new Sequence(changed, position);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** A value and the place of its key. */
    record Entry(Position key, RecipeNode value) {}

    /** Keys and values, in the order written. */
    record Mapping(Map<String, Entry> entries, Position position) implements RecipeNode {
        public Mapping {
            entries = new LinkedHashMap<>(entries); // keeps the order, which Map.copyOf does not
        }

        boolean has(String key) {
            return entries.containsKey(key);
        }

        /** The value of a key as text, or null if it is not there or no plain value. */
        String text(String key) {
            return has(key) && entries.get(key).value() instanceof Scalar scalar && !scalar.isNull()
                    ? scalar.text()
                    : null;
        }

        Mapping with(String key, Entry entry) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.put(key, entry);
            return new Mapping(changed, position);
        }

        Mapping without(String key) {
            Map<String, Entry> changed = new LinkedHashMap<>(entries);
            changed.remove(key);
            return new Mapping(changed, position);
        }

        @Override
        public String shown() {
            return "a block of keys";
        }
    }
}
