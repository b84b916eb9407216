package org.scedit.core.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All that the report says, before it is written as a page, a table or JSON.
 *
 * @param collection what it is about
 * @param groups     the runs by their settings
 * @param compared   those of them that take part in the comparison
 * @param rankings   one for each measure, in the order in which the runs name them
 * @param costs      the figures that any run has
 * @param fronts     every measure against every traded cost
 * @param settings   what the recipes of the groups that have begun share, and where they differ
 */
record Findings(
        RunCollection collection,
        List<Group> groups,
        List<Group> compared,
        List<Ranking> rankings,
        List<Cost.Figure> costs,
        List<Front> fronts,
        Settings settings) {

    /** Compares all with all. */
    static Findings of(RunCollection collection) {
        List<RunRecord> runs = collection.runs();
        List<Group> groups = Group.of(runs);
        List<Group> compared = groups.stream().filter(Group::chosen).toList();
        Map<String, Quality> qualities = new LinkedHashMap<>();
        runs.forEach(run -> run.measures()
                .forEach(measure -> qualities.putIfAbsent(measure.quality().name(), measure.quality())));
        List<Ranking> rankings = qualities.values().stream()
                .map(each -> Ranking.of(each, compared))
                .toList();
        List<Cost.Figure> costs = Cost.FIGURES.stream()
                .filter(figure ->
                        runs.stream().anyMatch(run -> run.cost().figures().containsKey(figure.key())))
                .toList();
        List<Front> fronts = new ArrayList<>();
        for (Ranking ranking : rankings) {
            costs.stream().filter(Cost.Figure::traded).forEach(cost -> fronts.add(Front.of(ranking, cost)));
        }
        Settings settings = Settings.of(groups.stream()
                .map(Group::recipe)
                .filter(recipe -> !recipe.isEmpty())
                .toList());
        return new Findings(collection, groups, compared, rankings, costs, fronts, settings);
    }

    /** Which runs the compared groups may have; those of the same one are held against each other. */
    Set<Repetition> repetitions() {
        return compared.stream()
                .flatMap(group -> group.runs().stream())
                .map(RunRecord::repetition)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** How many decimals a measure's numbers are shown with. */
    int decimals(Quality quality) {
        return Numbers.decimals(
                groups.stream().flatMap(group -> group.spread(quality).stream()).toList());
    }
}
