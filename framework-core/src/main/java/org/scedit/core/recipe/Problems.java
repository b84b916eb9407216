package org.scedit.core.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.scedit.core.UserException;

/** Collects what is wrong with a recipe, so that the user sees everything at once. */
final class Problems {
    private record Problem(Position position, String message) {}

    private final List<Problem> found = new ArrayList<>();

    void add(Position position, String message) {
        found.add(new Problem(position, message));
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** One line each, {@code file:line:col   message}, in reading order. */
    List<String> lines() {
        return found.stream()
                .sorted(Comparator.comparing(Problem::position))
                .map(problem -> problem.position + "   " + problem.message)
                .distinct()
                .toList();
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw UserException.of(lines(), "nothing was started");
        }
    }
}
