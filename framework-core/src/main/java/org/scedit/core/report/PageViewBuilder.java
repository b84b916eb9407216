package org.scedit.core.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.scedit.api.Measure.Better;
import org.scedit.core.job.TrainingPlan;
import org.scedit.core.report.Front.Place;
import org.scedit.core.report.PageView.Cell;
import org.scedit.core.report.PageView.CellRow;
import org.scedit.core.report.PageView.Change;
import org.scedit.core.report.PageView.Column;
import org.scedit.core.report.PageView.Curve;
import org.scedit.core.report.PageView.Drawing;
import org.scedit.core.report.PageView.Fact;
import org.scedit.core.report.PageView.GroupRow;
import org.scedit.core.report.PageView.Mark;
import org.scedit.core.report.PageView.Pair;
import org.scedit.core.report.PageView.Part;
import org.scedit.core.report.PageView.Ranked;

/** Puts findings into the words and digits of the page. */
final class PageViewBuilder {
    private final Findings findings;
    private final List<RunRecord> runs;
    private final Set<String> replicates = new LinkedHashSet<>();
    private final Map<String, Integer> decimals = new HashMap<>();

    private PageViewBuilder(Findings findings) {
        this.findings = findings;
        runs = findings.collection().runs();
        runs.forEach(run -> replicates.addAll(run.role().replicate().keySet()));
        findings.rankings()
                .forEach(ranking -> decimals.put(ranking.quality().name(), findings.decimals(ranking.quality())));
    }

    /** All that the page shows. */
    static PageView view(Findings findings) {
        return new PageViewBuilder(findings).view();
    }

    private PageView view() {
        List<Cost.Figure> traded =
                findings.costs().stream().filter(Cost.Figure::traded).toList();
        List<Fact> facts = facts();
        return new PageView(
                findings.collection().title(),
                states(),
                runs.stream().allMatch(run -> run.state() == State.FINISHED),
                qualities().map(this::column).toList(),
                shownCosts()
                        .map(cost -> new Column(cost.label(), "\u2193", "lower is better", ""))
                        .toList(),
                before(),
                findings.compared().stream().map(group -> row(group, true)).toList(),
                replicates.isEmpty() ? "" : Repetition.counted(findings.repetitions()),
                String.join(
                        " and ",
                        replicates.stream()
                                .map(key -> Repetition.counted(1, key).substring("1 ".length()))
                                .toList()),
                parts(),
                spared(),
                findings.groups().stream()
                        .filter(group -> !group.chosen())
                        .map(group -> row(group, false))
                        .toList(),
                findings.rankings().stream().map(this::ranked).toList(),
                fronts(traded),
                traded.stream().map(Cost.Figure::label).toList(),
                curves(),
                findings.groups().stream().anyMatch(group -> group.gap().isPresent()),
                PictureWall.of(findings.compared()),
                List.copyOf(runs.stream().map(RunRecord::seed).collect(Collectors.toCollection(TreeSet::new))),
                findings.groups().stream().map(this::change).toList(),
                findings.settings().common(),
                runs.stream().map(this::cell).toList(),
                facts,
                facts.stream()
                        .anyMatch(fact -> !fact.runs().isEmpty() && fact.name().matches("(machine|device|threads).*")));
    }

    private Stream<Cost.Figure> shownCosts() {
        return findings.costs().stream().filter(Cost.Figure::shown);
    }

    private Stream<Quality> qualities() {
        return findings.rankings().stream().map(Ranking::quality);
    }

    /** {@code 7 groups, 21 runs: 19 finished, 1 failed, 1 not started}. */
    private String states() {
        List<String> counts = new ArrayList<>();
        for (State state : State.values()) {
            long count = runs.stream().filter(run -> run.state() == state).count();
            if (count > 0) {
                counts.add((count == runs.size() ? "all" : String.valueOf(count)) + " " + state.word());
            }
        }
        int groups = findings.groups().size();
        return groups
                + (groups == 1 ? " group, " : " groups, ")
                + runs.size()
                + (runs.size() == 1 ? " run: " : " runs: ")
                + String.join(", ", counts);
    }

    private Column column(Quality quality) {
        boolean higher = quality.better() == Better.HIGHER;
        List<Integer> samples = runs.stream()
                .flatMap(run -> run.measure(quality.name()).stream())
                .map(MeasuredValue::samples)
                .distinct()
                .toList();
        return new Column(
                quality.name(),
                higher ? "\u2191" : "\u2193",
                higher ? "higher is better" : "lower is better",
                samples.size() == 1 && samples.get(0) > 0 ? samples.get(0) + " samples" : "");
    }

    private List<Cell> before() {
        List<Cell> cells = qualities()
                .map(quality -> {
                    List<Double> values = runs.stream()
                            .flatMap(run -> run.measure(quality.name()).stream())
                            .flatMap(measure -> measure.before().stream().boxed())
                            .distinct()
                            .toList();
                    return values.isEmpty()
                            ? Cell.NONE
                            : number(Spread.of(values), decimals.get(quality.name()), "", false);
                })
                .toList();
        return cells.stream().allMatch(Cell.NONE::equals) ? List.of() : cells;
    }

    /** The main table for each replicate: how the groups fare there, without ranks, as few runs are left of each. */
    private List<Part> parts() {
        if (replicates.isEmpty()) {
            return List.of();
        }
        return findings.repetitions().stream()
                .map(Repetition::place)
                .distinct()
                .map(place -> new Part(
                        place,
                        findings.compared().stream()
                                .flatMap(group -> group.at(place).stream())
                                .map(group -> row(group, false))
                                .toList()))
                .toList();
    }

    /** What the runs that were trained in lockstep were spared, measured while they were trained. */
    private String spared() {
        double alone = runs.stream().mapToDouble(run -> run.cost().alone()).sum();
        double spared = runs.stream().mapToDouble(run -> run.cost().spared()).sum();
        long count = runs.stream().filter(run -> run.cost().alone() > 0).count();
        return alone == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%d runs were trained in lockstep, up to %d from one pass of the frozen encoder: %s of training,"
                                + " %s less (%.0f %%) than without.",
                        count,
                        runs.stream()
                                .mapToInt(run -> run.cost().together())
                                .max()
                                .orElseThrow(),
                        TrainingPlan.duration(alone - spared),
                        TrainingPlan.duration(spared),
                        100 * spared / alone);
    }

    private GroupRow row(Group group, boolean ranks) {
        List<Cell> measures = findings.rankings().stream()
                .map(ranking -> group.spread(ranking.quality())
                        .map(spread -> ranks
                                ? ranked(ranking, group, spread)
                                : number(spread, decimals.get(ranking.quality().name()), "", false))
                        .orElse(Cell.NONE))
                .toList();
        List<Cell> costs = shownCosts()
                .map(cost -> group.spread(cost)
                        .map(spread -> paid(cost, spread).noted(shared(cost, group.together())))
                        .orElse(Cell.NONE))
                .toList();
        int finished = (int) group.runs().stream()
                .filter(run -> run.state() == State.FINISHED)
                .count();
        return new GroupRow(
                group.number(),
                group.label(),
                group.selected(),
                finished,
                group.runs().size(),
                measures,
                costs,
                gap(group));
    }

    private Cell ranked(Ranking ranking, Group group, Spread spread) {
        int digits = decimals.get(ranking.quality().name());
        Ranking.Ranks ranks = ranking.ranks(group);
        boolean tells = ranking.comparisons().stream().anyMatch(Comparison::told)
                && ranking.comparisons().stream().anyMatch(pair -> pair.tested() && pair.has(group));
        return number(spread, digits, ranks.text(), tells && ranks.best() == 1);
    }

    private Cell gap(Group group) {
        List<Spread> all =
                findings.groups().stream().flatMap(each -> each.gap().stream()).toList();
        return group.gap()
                .map(gap -> new Cell(
                        Numbers.signed(gap.mean(), Numbers.decimals(all)),
                        gap.count() > 1 ? Numbers.fixed(gap.sd(), Numbers.decimals(all)) : "",
                        "",
                        false,
                        String.valueOf(gap.mean())))
                .orElse(Cell.NONE);
    }

    private static Cell number(Spread spread, int decimals, String ranks, boolean first) {
        return new Cell(
                Numbers.fixed(spread.mean(), decimals),
                spread.count() > 1 ? Numbers.fixed(spread.sd(), decimals) : "",
                ranks,
                first,
                String.valueOf(spread.mean()));
    }

    /** The spread of a cost only where its digits show one. */
    private static Cell paid(Cost.Figure cost, Spread spread) {
        boolean spreads = spread.sd() > 0.005 * Math.abs(spread.mean());
        return new Cell(
                cost.text(spread.mean()),
                spreads ? cost.text(spread.sd()) : "",
                "",
                false,
                String.valueOf(spread.mean()));
    }

    private static String shared(Cost.Figure cost, int together) {
        return cost.ofProcess() && together > 1 ? "of " + together + " runs together" : "";
    }

    private Ranked ranked(Ranking ranking) {
        int digits = decimals.get(ranking.quality().name());
        List<Pair> pairs = ranking.comparisons().stream()
                .map(pair -> new Pair(
                        Words.of(pair, digits),
                        Numbers.signed(pair.difference(), digits),
                        pair.pairs().size(),
                        pair.p().isPresent() ? probability(pair.p().getAsDouble()) : "\u2013",
                        pair.corrected().isPresent()
                                ? probability(pair.corrected().getAsDouble())
                                : "\u2013",
                        pair.told()))
                .toList();
        int family = (int) ranking.comparisons().stream()
                .filter(pair -> pair.p().isPresent())
                .count();
        return new Ranked(column(ranking.quality()), Words.of(ranking, digits), pairs, family);
    }

    private static String probability(double p) {
        return Numbers.probability(p).replaceAll("^p (= )?", "");
    }

    private List<Drawing> fronts(List<Cost.Figure> traded) {
        List<Quality> measures = qualities().toList();
        List<Drawing> drawings = new ArrayList<>();
        for (Front front : findings.fronts()) {
            if (front.places().size() < 2) {
                continue;
            }
            List<Mark> marks = front.places().entrySet().stream()
                    .map(entry -> new Mark(
                            entry.getKey().number(),
                            entry.getKey().label(),
                            FrontChart.style(entry.getValue()),
                            place(entry.getValue())))
                    .toList();
            drawings.add(new Drawing(
                    measures.indexOf(front.quality()),
                    traded.indexOf(front.cost()),
                    front.quality().name() + " against " + front.cost().label(),
                    FrontChart.draw(front, decimals.get(front.quality().name())),
                    marks));
        }
        return drawings;
    }

    private static String place(Place place) {
        return switch (place) {
            case FRONT -> "on the front";
            case WITHIN_NOISE -> "within the noise of it";
            case BEHIND -> "behind it";
        };
    }

    private List<Curve> curves() {
        var chart = new LossChart(findings.compared());
        List<Curve> curves = new ArrayList<>();
        for (int i = 0; i < findings.compared().size(); i++) {
            Group group = findings.compared().get(i);
            if (chart.has(i)) {
                curves.add(new Curve(group.number(), group.label(), chart.draw(i, group.label()), gap(group)));
            }
        }
        return curves;
    }

    private Change change(Group group) {
        Map<String, String> settings = group.recipe();
        if (settings.isEmpty()) {
            settings.putAll(group.runs().get(0).settings());
            settings.keySet().removeAll(replicates);
        } else {
            settings.keySet().retainAll(findings.settings().differing());
        }
        return new Change(group.number(), group.label(), settings);
    }

    private CellRow cell(RunRecord run) {
        List<Cell> measures = qualities()
                .map(quality -> run.measure(quality.name())
                        .map(measure -> new Cell(
                                Numbers.fixed(measure.value(), decimals.get(quality.name())),
                                "",
                                "",
                                false,
                                String.valueOf(measure.value())))
                        .orElse(Cell.NONE))
                .toList();
        List<Cell> costs = shownCosts()
                .map(cost -> Optional.ofNullable(run.cost().figures().get(cost.key()))
                        .map(value -> new Cell(cost.text(value), "", "", false, String.valueOf(value))
                                .noted(shared(cost, run.cost().together())))
                        .orElse(Cell.NONE))
                .toList();
        return new CellRow(
                Group.label(run.name()),
                run.seed(),
                run.state().name().toLowerCase(Locale.ROOT),
                run.progress(),
                run.notes(),
                measures,
                costs,
                run.recipeHash().isEmpty() ? "\u2013" : run.recipeHash().substring(0, 12));
    }

    private List<Fact> facts() {
        Map<String, Map<String, List<String>>> byName = new LinkedHashMap<>();
        runs.forEach(run -> run.cost().facts().forEach((name, value) -> {
            if (!name.equals("finished") && !name.matches("lockstep[.].*seconds.*")) {
                byName.computeIfAbsent(name, key -> new LinkedHashMap<>())
                        .computeIfAbsent(value, key -> new ArrayList<>())
                        .add(run.name());
            }
        }));
        List<Fact> facts = new ArrayList<>();
        byName.forEach((name, values) -> values.forEach((value, having) -> facts.add(new Fact(
                name.replace('_', ' ').replace(".", ", "),
                value,
                values.size() == 1 ? "" : String.join("; ", having)))));
        return facts;
    }
}
