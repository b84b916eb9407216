package org.scedit.core.recipe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /**
     * Takes over what was found in variants of one recipe, each problem once; what not all of them have is told with
     * those that have it.
     *
     * @param variants by their name
     */
    void addFrom(Map<String, Problems> variants) {
        Map<Problem, List<String>> owners = new LinkedHashMap<>();
        variants.forEach(
                (name, problems) -> problems.found.stream().distinct().forEach(problem -> owners.computeIfAbsent(
                                problem, any -> new ArrayList<>())
                        .add(name)));
        owners.forEach((problem, names) -> {
            String where = names.size() == variants.size()
                    ? ""
                    : " (run " + names.get(0) + (names.size() == 1 ? ")" : " and " + (names.size() - 1) + " more)");
            add(problem.position, problem.message + where);
        });
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw UserException.of(lines(), "nothing was started");
        }
    }
}
