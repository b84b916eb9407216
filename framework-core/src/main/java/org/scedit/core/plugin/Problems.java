package org.scedit.core.plugin;

import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;

/** Gathers what is wrong with the plugins, so that one error tells all of it. */
final class Problems {
    private final List<String> lines = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();

    void add(Object origin, String problem) {
        lines.add(origin + ": " + problem);
    }

    /** @param cause its text is part of the problem already; kept for {@code --verbose} */
    void add(Object origin, String problem, Throwable cause) {
        add(origin, problem);
        causes.add(cause);
    }

    /** @throws UserException if there is any problem */
    void refuse() {
        if (!lines.isEmpty()) {
            UserException refusal = UserException.of(lines, "no plugin was loaded");
            causes.forEach(refusal::addSuppressed);
            throw refusal;
        }
    }

    /** The innermost cause in a few words: wrappers tell nothing to someone who did not write the plugin. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ClassNotFoundException || root instanceof NoClassDefFoundError) {
            return "class " + String.valueOf(root.getMessage()).replace('/', '.')
                    + " is neither in the jar nor in the framework";
        }
        return root.getClass().getSimpleName() + (root.getMessage() == null ? "" : ": " + root.getMessage());
    }
}
