package org.scedit.core.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs that differ in nothing but their seed.
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

    /** A measured number of each run that has it, by seed. */
    SortedMap<Long, Double> measured(Quality quality) {
        return bySeed(run -> run.measure(quality.name()).map(MeasuredValue::value));
    }

    /** Mean and spread of a measured number over the seeds; empty if no run has it. */
    Optional<Spread> spread(Quality quality) {
        return spread(measured(quality));
    }

    /** Mean and spread of a cost over the seeds; empty if no run has it. */
    Optional<Spread> spread(Cost.Figure cost) {
        return spread(bySeed(run -> Optional.ofNullable(run.cost().figures().get(cost.key()))));
    }

    /** Mean and spread of the over-fitting gap of the finished runs; empty if none was validated. */
    Optional<Spread> gap() {
        return spread(bySeed(run -> run.state() == State.FINISHED ? run.losses().gap() : Optional.empty()));
    }

    private SortedMap<Long, Double> bySeed(Function<RunRecord, Optional<Double>> number) {
        SortedMap<Long, Double> values = new TreeMap<>();
        runs.forEach(run -> number.apply(run).ifPresent(value -> values.put(run.seed(), value)));
        return values;
    }

    private static Optional<Spread> spread(Map<Long, Double> values) {
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
