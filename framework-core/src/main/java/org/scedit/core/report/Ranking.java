package org.scedit.core.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The order of the groups in one measure, as far as it is more than noise: a group has the ranks that it could have if
 * each comparison that tells nothing went either way.
 *
 * @param quality     the measure
 * @param groups      that have it, the best mean first
 * @param comparisons every two of them
 */
record Ranking(Quality quality, List<Group> groups, List<Comparison> comparisons) {
    /**
     * Where a group may stand.
     *
     * @param best  1 + how many are told better
     * @param worst how many there are, without those that are told worse
     */
    record Ranks(int best, int worst) {
        /** {@code 1}, {@code 2–4}. */
        String text() {
            return best == worst ? String.valueOf(best) : best + "\u2013" + worst;
        }
    }

    /** Compares every two groups over the seeds, and replicates, that both have. */
    static Ranking of(Quality quality, List<Group> all) {
        Comparator<Group> byMean = Comparator.comparingDouble(
                group -> group.spread(quality).orElseThrow().mean());
        List<Group> groups = all.stream()
                .filter(group -> group.spread(quality).isPresent())
                .sorted(quality.isBetter(1, 0) ? byMean.reversed() : byMean)
                .toList();
        List<Comparison> pairs = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            for (int j = i + 1; j < groups.size(); j++) {
                paired(quality, groups.get(i), groups.get(j)).ifPresent(pairs::add);
            }
        }
        return new Ranking(quality, groups, corrected(pairs));
    }

    private static Optional<Comparison> paired(Quality quality, Group a, Group b) {
        Map<Repetition, Double> first = a.measured(quality);
        Map<Repetition, Double> second = b.measured(quality);
        List<Repetition> common =
                first.keySet().stream().filter(second::containsKey).toList();
        if (common.isEmpty()) {
            return Optional.empty();
        }
        List<Double> differences =
                common.stream().map(each -> first.get(each) - second.get(each)).toList();
        double mean = Spread.of(differences).mean();
        boolean swapped = quality.isBetter(0, mean);
        return Optional.of(new Comparison(
                quality,
                swapped ? b : a,
                swapped ? a : b,
                common,
                swapped ? -mean : mean,
                PairedTest.twoSided(differences),
                OptionalDouble.empty()));
    }

    private static List<Comparison> corrected(List<Comparison> pairs) {
        double[] corrected = PairedTest.holm(pairs.stream()
                .filter(pair -> pair.p().isPresent())
                .mapToDouble(pair -> pair.p().getAsDouble())
                .toArray());
        List<Comparison> result = new ArrayList<>();
        int next = 0;
        for (Comparison pair : pairs) {
            result.add(new Comparison(
                    pair.quality(),
                    pair.ahead(),
                    pair.behind(),
                    pair.pairs(),
                    pair.difference(),
                    pair.p(),
                    pair.p().isPresent() ? OptionalDouble.of(corrected[next++]) : OptionalDouble.empty()));
        }
        return result;
    }

    /** Where a group of this ranking may stand. */
    Ranks ranks(Group group) {
        long better = comparisons.stream()
                .filter(pair -> pair.told() && pair.behind().equals(group))
                .count();
        long worse = comparisons.stream()
                .filter(pair -> pair.told() && pair.ahead().equals(group))
                .count();
        return new Ranks((int) better + 1, groups.size() - (int) worse);
    }

    /** Whether {@code a} is told to be better than {@code b}. */
    boolean told(Group a, Group b) {
        return comparisons.stream()
                .anyMatch(pair ->
                        pair.told() && pair.ahead().equals(a) && pair.behind().equals(b));
    }
}
