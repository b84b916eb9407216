package org.scedit.core.report;

import java.util.ArrayList;
import java.util.List;

/** What a ranking says, in words; as HTML, in which the groups' names are set off. */
final class Words {
    private Words() {}

    /** {@code A is better than B in edge F1 (+0.03, 3 seeds, p = 0.012)}, or that the two cannot be told apart. */
    static String of(Comparison pair, int decimals) {
        String both = name(pair.ahead()) + " and " + name(pair.behind());
        if (pair.told()) {
            return name(pair.ahead()) + " is better than " + name(pair.behind()) + " in "
                    + Svg.escaped(pair.quality().name()) + " " + figures(pair, decimals);
        }
        if (!pair.tested()) {
            return both + ": one common " + unit(pair.ahead()) + " says nothing of the noise";
        }
        return both + " cannot be told apart with " + Repetition.counted(pair.pairs());
    }

    /**
     * The ranking in a few sentences: who is ahead, of whom that can be said, and of whom not.
     *
     * @param decimals of the measure's numbers
     */
    static List<String> of(Ranking ranking, int decimals) {
        List<Group> groups = ranking.groups();
        if (groups.size() < 2) {
            return List.of("Only one group has it, so there is nothing to compare.");
        }
        List<Group> untested = groups.stream()
                .filter(group -> ranking.comparisons().stream().noneMatch(pair -> pair.tested() && pair.has(group)))
                .toList();
        if (untested.size() == groups.size()) {
            return List.of(name(groups.get(0)) + " has the best mean, but no two groups have two " + unit(groups.get(0))
                    + "s in common:"
                    + " nothing says whether that is more than noise.");
        }
        List<Group> tested =
                groups.stream().filter(group -> !untested.contains(group)).toList();
        Group leader = tested.stream()
                .filter(group -> ranking.ranks(group).best() == 1)
                .findFirst()
                .orElse(tested.get(0)); // with seeds that not all have, each may be told to be worse than some other
        List<Comparison> leaders = ranking.comparisons().stream()
                .filter(pair -> pair.tested() && pair.has(leader))
                .toList();
        List<Comparison> told = leaders.stream()
                .filter(pair -> pair.told() && pair.ahead().equals(leader))
                .toList();
        List<Comparison> level = leaders.stream().filter(pair -> !pair.told()).toList();
        List<String> sentences = new ArrayList<>();
        if (!told.isEmpty()) {
            List<String> those = told.stream()
                    .map(pair -> name(other(pair, leader)) + " " + figures(pair, decimals))
                    .toList();
            sentences.add(name(leader) + " is better than " + joined(those, "and") + ".");
        }
        if (!level.isEmpty()) {
            List<String> names =
                    level.stream().map(pair -> name(other(pair, leader))).toList();
            sentences.add(name(leader) + (names.size() == 1 ? " and " : " cannot be told apart from ")
                    + joined(names, "or") + (names.size() == 1 ? " cannot be told apart" : "") + " with "
                    + counted(level) + (told.isEmpty() ? "; it has the best mean, no more." : "."));
        }
        long others = ranking.comparisons().stream()
                .filter(pair -> pair.told() && !pair.has(leader))
                .count();
        if (others > 0) {
            sentences.add("Of the others, " + others + (others == 1 ? " pair is" : " pairs are") + " told apart.");
        }
        if (!untested.isEmpty()) {
            sentences.add("Nothing can be said of "
                    + joined(untested.stream().map(Words::name).toList(), "and")
                    + ": there are no two " + unit(leader) + "s in common with another group.");
        }
        return sentences;
    }

    private static Group other(Comparison pair, Group group) {
        return pair.ahead().equals(group) ? pair.behind() : pair.ahead();
    }

    private static String figures(Comparison pair, int decimals) {
        return "(" + Numbers.signed(pair.difference(), decimals) + ", " + Repetition.counted(pair.pairs()) + ", "
                + Svg.escaped(Numbers.probability(pair.corrected().getAsDouble())) + ")";
    }

    /** {@code 3 seeds}, {@code 2 to 3 seeds}, {@code 9 runs: 3 styles × 3 seeds}. */
    private static String counted(List<Comparison> comparisons) {
        var pairs = comparisons.stream()
                .mapToInt(comparison -> comparison.pairs().size())
                .summaryStatistics();
        return pairs.getMin() == pairs.getMax()
                ? Repetition.counted(comparisons.get(0).pairs())
                : pairs.getMin() + " to "
                        + Repetition.counted(
                                pairs.getMax(), unit(comparisons.get(0).ahead()));
    }

    /** What a pair is made of: two runs of one seed, or of a seed and a replicate. */
    private static String unit(Group group) {
        return group.runs().get(0).role().replicate().isEmpty() ? "seed" : "run";
    }

    private static String name(Group group) {
        return "<b>" + Svg.escaped(group.label()) + "</b>";
    }

    /** {@code A, B and C}. */
    private static String joined(List<String> words, String last) {
        int rest = words.size() - 1;
        return rest == 0
                ? words.get(0)
                : String.join(", ", words.subList(0, rest)) + " " + last + " " + words.get(rest);
    }
}
