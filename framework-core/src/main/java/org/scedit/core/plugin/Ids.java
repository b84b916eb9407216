package org.scedit.core.plugin;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The ids by which recipes name tuners and annotators. */
final class Ids {
    private static final Pattern ID = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

    /** Ids that recipes already use, and for what. */
    private static final Map<String, String> TAKEN = Map.of(
            "file", "the condition of ready maps in a folder", "scene", "the condition of exact maps of a scene");

    private Ids() {}

    /** What is wrong with an id: the id in quotes, then why it cannot be one and what to do; empty if nothing is. */
    static Optional<String> flaw(String id) {
        if (id == null || !ID.matcher(id).matches()) {
            return Optional.of("'" + id + "'; ids are lower case letters, digits and hyphens, such as 'sc-tuner'");
        }
        return Optional.ofNullable(TAKEN.get(id))
                .map(use -> "'" + id + "', which in recipes is " + use + "; choose another");
    }
}
