package org.scedit.core.hub;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model of a hub, by name.
 *
 * @param name     {@code owner/name}
 * @param revision a branch, a tag or a commit
 * @param commit   the commit that the revision stands for, 40 hex digits; empty: the hub is asked
 */
public record HubModel(String name, String revision, Optional<String> commit) {
    /** The branch that is meant where no revision is named. */
    public static final String MAIN = "main";

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String WORD = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}";
    private static final Pattern NAME = Pattern.compile(WORD + "/" + WORD);
    /** Both name and revision become paths of the cache, so neither may lead out of it. */
    private static final Pattern REVISION =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*");

    /** @throws IllegalArgumentException with a message that begins with the component, {@code hub} for the name */
    public HubModel {
        Objects.requireNonNull(commit);
        if (!NAME.matcher(name).matches() || name.contains("--") || name.contains("..")) {
            throw new IllegalArgumentException(
                    "hub must be the name of a model, OWNER/NAME, got '" + name + "'; a folder is given as path");
        }
        if (!REVISION.matcher(revision).matches() || revision.contains("..") || revision.length() > 200) {
            throw new IllegalArgumentException(
                    "revision must be a branch, a tag or a commit, such as main, got '" + revision + "'");
        }
        if (commit.isPresent() && !isCommit(commit.get())) {
            throw new IllegalArgumentException(
                    "commit must be 40 digits 0-9 and a-f, got '" + commit.get() + "'; leave it out to ask the hub");
        }
    }

    /**
     * Reads {@code owner/name} or {@code owner/name@revision}.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public static HubModel parse(String text) {
        int at = text.indexOf('@');
        return at < 0
                ? new HubModel(text, MAIN, Optional.empty())
                : new HubModel(text.substring(0, at), text.substring(at + 1), Optional.empty());
    }

    /** Whether a text is a whole commit hash. */
    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** The commit, where it is certain without asking anyone. */
    Optional<String> pinned() {
        return commit.or(() -> Optional.of(revision).filter(HubModel::isCommit));
    }

    /** {@code owner/name} for the main branch, otherwise {@code owner/name@revision}. */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? name : name + "@" + revision;
    }
}
