package org.scedit.core.report;

import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.scedit.core.report.Front.Place;

/** {@code report.json}: all findings, with unrounded numbers. */
final class JsonDocument {
    private final Findings findings;

    private JsonDocument(Findings findings) {
        this.findings = findings;
    }

    /** The document, ended by a line end. */
    static String of(Findings findings) {
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .create()
                        .toJson(new JsonDocument(findings).document())
                + "\n";
    }

    private Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("title", findings.collection().title());
        document.put(
                "method",
                Map.of(
                        "spread", "sample standard deviation over seeds, and over replicates where there are any",
                        "test",
                                "paired t over common seeds, and replicates where there are any, two-sided; exact sign-flip where all differences are equal",
                        "correction", "Holm, over all pairs of groups in one measure",
                        "level", Comparison.LEVEL));
        Set<String> replicates = new LinkedHashSet<>();
        findings.collection()
                .runs()
                .forEach(run -> replicates.addAll(run.role().replicate().keySet()));
        document.put("replicates", replicates);
        document.put("groups", findings.groups().stream().map(this::group).toList());
        document.put(
                "comparisons",
                findings.rankings().stream()
                        .flatMap(ranking -> ranking.comparisons().stream())
                        .map(JsonDocument::comparison)
                        .toList());
        document.put(
                "fronts", findings.fronts().stream().map(JsonDocument::front).toList());
        document.put(
                "cells", findings.collection().runs().stream().map(this::cell).toList());
        document.put("common_settings", findings.settings().common());
        return document;
    }

    private Map<String, Object> group(Group group) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", group.name());
        json.put("chosen", group.chosen());
        json.put("seeds", group.runs().stream().map(RunRecord::seed).distinct().toList());
        json.put(
                "finished",
                group.runs().stream()
                        .filter(run -> run.state() == State.FINISHED)
                        .count());
        json.put("measures", measures(group, group.chosen()));
        if (!group.runs().get(0).role().replicate().isEmpty()) {
            json.put(
                    "by_replicate",
                    group.places().stream()
                            .map(place -> group.at(place).orElseThrow())
                            .map(this::replicate)
                            .toList());
        }
        Map<String, Object> costs = new LinkedHashMap<>();
        findings.costs().forEach(cost -> group.spread(cost).ifPresent(spread -> costs.put(cost.key(), spread(spread))));
        json.put("costs", costs);
        group.gap().ifPresent(gap -> json.put("overfitting_gap", spread(gap)));
        return json;
    }

    private Map<String, Object> replicate(Group part) {
        Role role = part.runs().get(0).role();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("replicate", role.replicate());
        json.put("selected", role.selected());
        json.put("measures", measures(part, false));
        return json;
    }

    private List<Object> measures(Group group, boolean ranked) {
        List<Object> measures = new ArrayList<>();
        for (Ranking ranking : findings.rankings()) {
            group.spread(ranking.quality()).ifPresent(spread -> {
                Map<String, Object> measure = new LinkedHashMap<>();
                measure.put("name", ranking.quality().name());
                measure.put("better", ranking.quality().better().name().toLowerCase(Locale.ROOT));
                measure.putAll(spread(spread));
                if (ranked) {
                    measure.put(
                            "ranks",
                            List.of(
                                    ranking.ranks(group).best(),
                                    ranking.ranks(group).worst()));
                }
                measures.add(measure);
            });
        }
        return measures;
    }

    private static Map<String, Object> spread(Spread spread) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("mean", spread.mean());
        if (spread.count() > 1) {
            json.put("sd", spread.sd());
        }
        json.put("n", spread.count());
        return json;
    }

    private static Map<String, Object> comparison(Comparison pair) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("measure", pair.quality().name());
        json.put("ahead", pair.ahead().name());
        json.put("behind", pair.behind().name());
        json.put("seeds", pair.pairs().stream().map(Repetition::seed).distinct().count());
        json.put("pairs", pair.pairs().size());
        json.put("difference", pair.difference());
        put(json, "p", pair.p());
        put(json, "p_holm", pair.corrected());
        json.put("told_apart", pair.told());
        return json;
    }

    private static Map<String, Object> front(Front front) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("measure", front.quality().name());
        json.put("cost", front.cost().key());
        json.put("front", names(front, Place.FRONT));
        json.put("within_noise", names(front, Place.WITHIN_NOISE));
        return json;
    }

    private static List<String> names(Front front, Place place) {
        return front.places().entrySet().stream()
                .filter(entry -> entry.getValue() == place)
                .map(entry -> entry.getKey().name())
                .toList();
    }

    private Map<String, Object> cell(RunRecord run) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", run.name());
        json.put("group", run.group());
        json.put("seed", run.seed());
        json.put("state", run.state().word());
        json.put("step", run.stepsDone());
        json.put("notes", run.notes());
        json.put("settings", run.settings());
        if (!run.role().replicate().isEmpty()) {
            json.put("replicate", run.role().replicate());
            json.put("selected", run.role().selected());
        }
        List<Object> measures = new ArrayList<>();
        for (MeasuredValue each : run.measures()) {
            Map<String, Object> measure = new LinkedHashMap<>();
            measure.put("name", each.quality().name());
            measure.put("value", each.value());
            put(measure, "before", each.before());
            measure.put("samples", each.samples());
            measures.add(measure);
        }
        json.put("measures", measures);
        json.put("costs", run.cost().figures());
        Optional<Double> gap = run.losses().gap();
        gap.ifPresent(value -> json.put("overfitting_gap", value));
        json.put("facts", run.cost().facts());
        json.put("recipe_sha256", run.recipeHash());
        return json;
    }

    private static void put(Map<String, Object> json, String key, OptionalDouble value) {
        value.ifPresent(number -> json.put(key, number));
    }
}
