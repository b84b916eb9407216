package org.scedit.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.scedit.api.Measure.Better;
import org.scedit.core.report.Front.Place;

class RankingTest {
    private static final Quality F1 = new Quality("edge F1", Better.HIGHER);
    private static final Quality ERROR = new Quality("error", Better.LOWER);
    private static final Cost.Figure PARAMETERS = Cost.FIGURES.get(0);

    /** A group whose runs have the seeds 0, 1, 2, ... and these values. */
    private static Group group(int number, Quality quality, double parameters, double... values) {
        return group(number, runs(Role.in("group"), quality, parameters, Map.of(), values));
    }

    /** A group that is repeated over styles: for each a row of values, of the seeds 0, 1, 2, ... */
    private static Group styled(int number, double[]... styles) {
        List<RunRecord> runs = new ArrayList<>();
        for (int style = 0; style < styles.length; style++) {
            Role role = new Role("group", Map.of("data.styles", "[style " + style + "]"), Map.of());
            runs.addAll(runs(role, F1, 1, Map.of(), styles[style]));
        }
        return group(number, runs);
    }

    private static Group group(int number, List<RunRecord> runs) {
        return new Group(number, "" + (char) ('A' + number - 1), runs);
    }

    private static List<RunRecord> runs(
            Role role, Quality quality, double parameters, Map<String, String> facts, double... values) {
        List<RunRecord> runs = new ArrayList<>();
        for (int seed = 0; seed < values.length; seed++) {
            runs.add(new RunRecord(
                    "run " + seed,
                    role,
                    true,
                    seed,
                    Path.of("run"),
                    State.FINISHED,
                    List.of(),
                    OptionalInt.empty(),
                    Map.of(),
                    Map.of(),
                    "",
                    List.of(new MeasuredValue(quality, values[seed], OptionalDouble.empty(), 1)),
                    new Cost(
                            Map.of(
                                    PARAMETERS.key(),
                                    parameters,
                                    Cost.FIGURES.get(2).key(),
                                    500.0),
                            facts),
                    0,
                    LossCourse.of(List.of(), 0),
                    Optional.empty()));
        }
        return runs;
    }

    @Test
    void everyStyleWithEverySeedIsABlock() {
        // the styles lie far apart and the differences are 0.001, 0.002, ..., 0.009: mean 0.005, squares of −4 ... 4
        // sum
        // to 60, t = 5 / (√(60/8) / √9) = √30. With 8 degrees of freedom, c = 8 / (8 + t²) = 4/19 and
        // p = 1 − √(1 − c) · (1 + c/2 + 3/8 · c² + 5/16 · c³), Abramowitz and Stegun 26.7.4
        double[][] base = {{0.1, 0.2, 0.3}, {0.5, 0.4, 0.6}, {0.7, 0.8, 0.9}};
        double[][] ahead = {{0.101, 0.204, 0.307}, {0.502, 0.405, 0.608}, {0.703, 0.806, 0.909}};
        Group a = styled(1, ahead);
        Group b = styled(2, base);
        Comparison only = Ranking.of(F1, List.of(a, b)).comparisons().get(0);
        double c = 4.0 / 19;
        double p = 1 - Math.sqrt(1 - c) * (1 + c / 2 + 3 * c * c / 8 + 5 * c * c * c / 16);
        assertThat(only.p().getAsDouble()).isCloseTo(p, within(1e-9));
        assertThat(Words.of(only, 3))
                .isEqualTo("<b>A</b> is better than <b>B</b> in edge F1 (+0.005, 9 runs: 3 styles × 3 seeds, p < 0.001)"
                        .replace("< 0", "&lt; 0"));
        assertThat(a.spread(F1).orElseThrow().count()).isEqualTo(9);
        assertThat(a.at("style 1").orElseThrow().spread(F1).orElseThrow().mean())
                .isCloseTo(0.505, within(1e-12));
    }

    @Test
    void aSeedOfOneStyleIsNoPairWithThatOfAnother() {
        Group a = styled(1, new double[] {0.5, 0.6}, new double[] {0.7});
        Group b = styled(2, new double[] {0.4, 0.6}, new double[] {0.6, 0.1});
        Comparison only = Ranking.of(F1, List.of(a, b)).comparisons().get(0);
        assertThat(only.difference()).isCloseTo(0.2 / 3, within(1e-12)); // 0.1, 0.0 and 0.1
        assertThat(Words.of(only, 2))
                .isEqualTo("<b>A</b> and <b>B</b> cannot be told apart with 3 runs of 2 styles × 2 seeds");
        Group elsewhere = styled(3, new double[0], new double[0], new double[] {0.9, 0.9});
        assertThat(Ranking.of(F1, List.of(a, elsewhere)).comparisons()).isEmpty();
    }

    @Test
    void memoryOfALockstepIsNoCostOfOneRun() {
        Cost.Figure memory = Cost.FIGURES.get(2);
        assertThat(memory.ofProcess()).isTrue();
        List<RunRecord> alone = runs(Role.in("alone"), F1, 1, Map.of(), 0.5, 0.6);
        List<RunRecord> together = runs(Role.in("together"), F1, 1, Map.of("lockstep.cells", "4"), 0.5, 0.6);
        Ranking ranking = Ranking.of(F1, List.of(group(1, alone), group(2, together)));
        assertThat(Front.of(ranking, memory).places()).containsOnlyKeys(group(1, alone));
        assertThat(Front.of(ranking, PARAMETERS).places()).hasSize(2);
    }

    @Test
    void aHardSeedIsHardForBoth() {
        // the groups overlap, their differences 0.010, 0.011, 0.012 do not: t = 0.011 / (0.001 / √3)
        Group a = group(1, F1, 1, 0.510, 0.711, 0.912);
        Group b = group(2, F1, 1, 0.500, 0.700, 0.900);
        Ranking ranking = Ranking.of(F1, List.of(b, a));
        Comparison only = ranking.comparisons().get(0);
        double t = 11 * Math.sqrt(3);
        assertThat(only.p().getAsDouble()).isCloseTo(1 - t / Math.sqrt(2 + t * t), within(1e-9));
        assertThat(only.told()).isTrue();
        assertThat(Words.of(only, 3))
                .isEqualTo("<b>A</b> is better than <b>B</b> in edge F1 (+0.011, 3 seeds, p = 0.0027)");
        assertThat(Words.of(ranking, 3))
                .containsExactly("<b>A</b> is better than <b>B</b> (+0.011, 3 seeds, p = 0.0027).");
        assertThat(ranking.ranks(a)).isEqualTo(new Ranking.Ranks(1, 1));
        assertThat(ranking.ranks(b)).isEqualTo(new Ranking.Ranks(2, 2));
    }

    @Test
    void noiseIsNotRanked() {
        // differences 0.3, −0.2, 0.2: t = 0.1 / (0.2646 / √3) = 0.65, p = 0.58
        Group a = group(1, F1, 1, 0.8, 0.5, 0.7);
        Group b = group(2, F1, 1, 0.5, 0.7, 0.5);
        Ranking ranking = Ranking.of(F1, List.of(a, b));
        assertThat(ranking.ranks(a).text()).isEqualTo("1–2");
        assertThat(ranking.ranks(b).text()).isEqualTo("1–2");
        assertThat(Words.of(ranking.comparisons().get(0), 2))
                .isEqualTo("<b>A</b> and <b>B</b> cannot be told apart with 3 seeds");
        assertThat(Words.of(ranking, 2))
                .containsExactly(
                        "<b>A</b> and <b>B</b> cannot be told apart with 3 seeds; it has the best mean, no more.");
    }

    @Test
    void whatIsLowerCanBeBetter() {
        Group a = group(1, ERROR, 1, 0.30, 0.31, 0.32);
        Group b = group(2, ERROR, 1, 0.10, 0.12, 0.11);
        Ranking ranking = Ranking.of(ERROR, List.of(a, b));
        assertThat(ranking.groups()).containsExactly(b, a);
        assertThat(ranking.comparisons().get(0).ahead()).isEqualTo(b);
        assertThat(ranking.comparisons().get(0).difference()).isCloseTo(-0.2, within(1e-12));
    }

    @Test
    void severalComparisonsAreCorrected() {
        // each p of A against B and C is 0.0027 (as above), B against C is 1: Holm makes 3 · p and 2 · p, at least the
        // former
        Group a = group(1, F1, 1, 0.510, 0.711, 0.912);
        Group b = group(2, F1, 1, 0.500, 0.700, 0.900);
        Group c = group(3, F1, 1, 0.500, 0.700, 0.900);
        Ranking ranking = Ranking.of(F1, List.of(a, b, c));
        double p = ranking.comparisons().get(0).p().getAsDouble();
        assertThat(ranking.comparisons())
                .extracting(pair -> pair.corrected().getAsDouble())
                .satisfiesExactly(
                        x -> assertThat(x).isCloseTo(3 * p, within(1e-9)),
                        x -> assertThat(x).isCloseTo(3 * p, within(1e-9)),
                        x -> assertThat(x).isEqualTo(1.0));
        assertThat(ranking.ranks(a).text()).isEqualTo("1");
        assertThat(ranking.ranks(b).text()).isEqualTo("2–3");
        assertThat(ranking.ranks(c).text()).isEqualTo("2–3");
    }

    @Test
    void oneSeedIsSaidToTellNothing() {
        Ranking ranking = Ranking.of(F1, List.of(group(1, F1, 1, 0.9), group(2, F1, 1, 0.1)));
        assertThat(ranking.ranks(ranking.groups().get(1)).text()).isEqualTo("1–2");
        assertThat(Words.of(ranking, 1))
                .containsExactly("<b>A</b> has the best mean, but no two groups have two seeds in common: nothing says"
                        + " whether that is more than noise.");
    }

    @Test
    void aGroupWithoutSeedsEnoughIsLeftOutOfTheOrder() {
        Group a = group(1, F1, 1, 0.99);
        Group b = group(2, F1, 1, 0.510, 0.711, 0.912);
        Group c = group(3, F1, 1, 0.500, 0.700, 0.900);
        assertThat(Words.of(Ranking.of(F1, List.of(a, b, c)), 3))
                .containsExactly(
                        "<b>B</b> is better than <b>C</b> (+0.011, 3 seeds, p = 0.0027).",
                        "Nothing can be said of <b>A</b>: there are no two seeds in common with another group.");
    }

    @Test
    void theFrontIsNoNarrowerThanTheNoise() {
        Group cheap = group(1, F1, 10, 0.500, 0.700, 0.900);
        Group good = group(2, F1, 20, 0.520, 0.724, 0.922);
        Group level = group(3, F1, 30, 0.510, 0.740, 0.910); // below good on average, by less than the noise
        Group wasteful = group(4, F1, 30, 0.400, 0.601, 0.802);
        Ranking ranking = Ranking.of(F1, List.of(cheap, good, level, wasteful));
        assertThat(Front.of(ranking, PARAMETERS).places())
                .containsExactly(
                        Map.entry(cheap, Place.FRONT),
                        Map.entry(good, Place.FRONT),
                        Map.entry(level, Place.WITHIN_NOISE),
                        Map.entry(wasteful, Place.BEHIND));
    }
}
