package org.scedit.core.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Two neighbouring symbols of a word that become one; ordered alphabetically. */
record Merge(String left, String right) implements Comparable<Merge> {
    private static final Comparator<Merge> ALPHABETICAL =
            Comparator.comparing(Merge::left).thenComparing(Merge::right);

    /** The symbol that the two become. */
    String joined() {
        return left + right;
    }

    /** All neighbours in a word, from left to right. */
    static List<Merge> pairsOf(List<String> symbols) {
        List<Merge> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < symbols.size(); i++) {
            pairs.add(new Merge(symbols.get(i), symbols.get(i + 1)));
        }
        return pairs;
    }

    /** The word with every occurrence of this pair joined, from left to right. */
    List<String> applyTo(List<String> symbols) {
        List<String> merged = new ArrayList<>(symbols.size());
        for (int i = 0; i < symbols.size(); i++) {
            boolean here = i + 1 < symbols.size()
                    && symbols.get(i).equals(left)
                    && symbols.get(i + 1).equals(right);
            merged.add(here ? joined() : symbols.get(i));
            i += here ? 1 : 0;
        }
        return merged;
    }

    @Override
    public int compareTo(Merge other) {
        return ALPHABETICAL.compare(this, other);
    }
}
