package org.scedit.core.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Quality against cost: who gives the most for what it takes.
 *
 * @param quality the measure
 * @param cost    what is paid
 * @param places  of the groups that have both, in the report's order
 */
record Front(Quality quality, Cost.Figure cost, Map<Group, Place> places) {
    /** Where a group stands. */
    enum Place {
        /** No other is better on average without costing more. */
        FRONT,
        /** Others are better on average without costing more, but none is told to be: it may belong to the front. */
        WITHIN_NOISE,
        /** Another is told to be better and costs no more. */
        BEHIND
    }

    /**
     * Finds the front of the means, and who cannot be told from it. A group whose runs were trained in lockstep has no
     * place where the cost is that of the process.
     *
     * @param ranking of the measure
     */
    static Front of(Ranking ranking, Cost.Figure cost) {
        List<Group> groups = ranking.groups().stream()
                .filter(group -> group.spread(cost).isPresent() && !(cost.ofProcess() && group.together() > 1))
                .sorted((a, b) -> a.number() - b.number())
                .toList();
        Map<Group, Place> places = new LinkedHashMap<>();
        for (Group group : groups) {
            boolean beaten = groups.stream().anyMatch(other -> dominates(ranking.quality(), cost, other, group));
            BiPredicate<Group, Group> told = ranking::told;
            boolean behind = groups.stream()
                    .anyMatch(other -> cost(cost, other) <= cost(cost, group) && told.test(other, group));
            places.put(group, behind ? Place.BEHIND : beaten ? Place.WITHIN_NOISE : Place.FRONT);
        }
        return new Front(ranking.quality(), cost, places);
    }

    /** As good and as cheap on average, and better or cheaper. */
    private static boolean dominates(Quality quality, Cost.Figure cost, Group other, Group group) {
        double ours = group.spread(quality).orElseThrow().mean();
        double theirs = other.spread(quality).orElseThrow().mean();
        double paid = cost(cost, group);
        double asked = cost(cost, other);
        return asked <= paid && !quality.isBetter(ours, theirs) && (asked < paid || quality.isBetter(theirs, ours));
    }

    private static double cost(Cost.Figure cost, Group group) {
        return group.spread(cost).orElseThrow().mean();
    }
}
