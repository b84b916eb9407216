package org.scedit.core.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs of one method: they differ in their seed, in what results are repeated over, and in what was chosen for that.
 *
 * @param number from 1, its mark in the charts
 * @param name   unique in the report
 * @param runs   at least one
 */
record Group(int number, String name, List<RunRecord> runs) {
    /** In the order of their first runs, those that were not chosen last. */
    static List<Group> of(List<RunRecord> runs) {
        Map<String, List<RunRecord>> byName = new LinkedHashMap<>();
        Stream.concat(runs.stream().filter(RunRecord::chosen), runs.stream().filter(run -> !run.chosen()))
                .forEach(run -> byName.computeIfAbsent(run.group(), name -> new ArrayList<>())
                        .add(run));
        List<Group> groups = new ArrayList<>();
        byName.forEach((name, members) -> groups.add(new Group(groups.size() + 1, name, List.copyOf(members))));
        return groups;
    }

    /** Whether it takes part in the comparison. */
    boolean chosen() {
        return runs.get(0).chosen();
    }

    /** The name for people: {@code use=lora,rank=4} is read as {@code lora · rank 4}. */
    String label() {
        return label(name);
    }

    /** A group's or a cell's name for people. */
    static String label(String name) {
        return Arrays.stream(name.split(", ?(?=[A-Za-z_0-9.\\[\\]-]+=)"))
                .map(setting -> setting.replaceFirst("^(use|tuners)=", ""))
                .map(setting -> setting.replaceFirst("^([A-Za-z_0-9.\\[\\]-]+)=", "$1\u00a0"))
                .collect(Collectors.joining(" \u00b7 "));
    }

    /** A measured number of each run that has it. */
    Map<Repetition, Double> measured(Quality quality) {
        return byRun(run -> run.measure(quality.name()).map(MeasuredValue::value));
    }

    /** Mean and spread of a measured number over the runs; empty if no run has it. */
    Optional<Spread> spread(Quality quality) {
        return spread(measured(quality));
    }

    /** Mean and spread of a cost over the runs; empty if no run has it. */
    Optional<Spread> spread(Cost.Figure cost) {
        return spread(byRun(run -> Optional.ofNullable(run.cost().figures().get(cost.key()))));
    }

    /** The most runs that any of its runs shared a process with, itself included. */
    int together() {
        return runs.stream().mapToInt(run -> run.cost().together()).max().orElse(1);
    }

    /** Mean and spread of the over-fitting gap of the finished runs; empty if none was validated. */
    Optional<Spread> gap() {
        return spread(byRun(run -> run.state() == State.FINISHED ? run.losses().gap() : Optional.empty()));
    }

    /** What its results are repeated over besides seeds, in the order of the runs; one without a name where nothing is. */
    Set<String> places() {
        return runs.stream().map(run -> run.repetition().place()).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Its runs of one replicate; empty if it has none. */
    Optional<Group> at(String place) {
        List<RunRecord> some = runs.stream()
                .filter(run -> run.repetition().place().equals(place))
                .toList();
        return some.isEmpty() ? Optional.empty() : Optional.of(new Group(number, name, some));
    }

    /**
     * What was chosen for it: {@code learning_rate 1.0e-3, 1.0e-3, 3.0e-3}, a value for each replicate, or one if they
     * are all the same; empty if nothing was.
     */
    String selected() {
        Map<String, Map<String, String>> values = new LinkedHashMap<>();
        runs.forEach(run -> run.role().selected().forEach((key, value) -> values.computeIfAbsent(
                        key, any -> new LinkedHashMap<>())
                .putIfAbsent(run.repetition().place(), value)));
        return values.entrySet().stream()
                .map(each -> each.getKey().substring(each.getKey().lastIndexOf('.') + 1) + "\u00a0"
                        + (Set.copyOf(each.getValue().values()).size() == 1
                                ? each.getValue().values().iterator().next()
                                : String.join(", ", each.getValue().values())))
                .collect(Collectors.joining(" \u00b7 "));
    }

    /**
     * The settings of its runs that have begun, without name, output and seed. One that its runs differ in has all values,
     * {@code 0.001 (stripes), 0.003 (rings)}.
     */
    Map<String, String> recipe() {
        Map<String, Map<String, Set<String>>> values = new LinkedHashMap<>();
        runs.forEach(run -> RunCollection.settings(run)
                .forEach((key, value) -> values.computeIfAbsent(key, any -> new LinkedHashMap<>())
                        .computeIfAbsent(run.repetition().place(), any -> new LinkedHashSet<>())
                        .add(value)));
        Map<String, String> recipe = new LinkedHashMap<>();
        values.forEach((key, byPlace) -> recipe.put(key, together(byPlace)));
        return recipe;
    }

    private static String together(Map<String, Set<String>> byPlace) {
        if (Set.copyOf(byPlace.values()).size() == 1) {
            return String.join(", ", byPlace.values().iterator().next());
        }
        return byPlace.entrySet().stream()
                .map(each -> {
                    String value = String.join(", ", each.getValue());
                    return Repetition.plain(value).equals(each.getKey()) ? value : value + " (" + each.getKey() + ")";
                })
                .collect(Collectors.joining(", "));
    }

    private Map<Repetition, Double> byRun(Function<RunRecord, Optional<Double>> number) {
        Map<Repetition, Double> values = new LinkedHashMap<>();
        runs.forEach(run -> number.apply(run).ifPresent(value -> values.put(run.repetition(), value)));
        return values;
    }

    private static Optional<Spread> spread(Map<Repetition, Double> values) {
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values.values()));
    }

    /** Within a report the number tells. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Group group && group.number == number;
    }

    @Override
    public int hashCode() {
        return number;
    }
}
