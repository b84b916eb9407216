package org.scedit.core.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What keeps the keys of a weight file from fitting, in words: a few of each kind by name, the rest counted. */
public final class KeyReport {
    private static final int SHOWN = 8;

    private final List<String> unexpected = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> misfits = new ArrayList<>();

    /** A key of the file that nothing takes. */
    public void unexpected(String key) {
        unexpected.add(key);
    }

    /** Keys that the file lacks. */
    public void missing(Collection<String> keys) {
        missing.addAll(keys);
    }

    /** A key of another size than is needed. */
    public void misfit(String key, Object found, Object expected) {
        misfits.add(key + " is " + found + ", expected " + expected);
    }

    /** An indented line for each kind of problem; empty if every key fits. */
    public Optional<String> text() {
        List<String> lines = new ArrayList<>();
        describe(lines, unexpected, "unexpected");
        describe(lines, missing, "missing");
        describe(lines, misfits, "of another size");
        return lines.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", lines));
    }

    private static void describe(List<String> lines, List<String> names, String what) {
        if (!names.isEmpty()) {
            List<String> shown = names.subList(0, Math.min(SHOWN, names.size()));
            lines.add("  " + names.size() + " " + what + ": " + String.join(", ", shown)
                    + (names.size() > SHOWN ? ", ..." : ""));
        }
    }
}
