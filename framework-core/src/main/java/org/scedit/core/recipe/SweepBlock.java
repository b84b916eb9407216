package org.scedit.core.recipe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * A {@code sweep:} block as it is written.
 * <pre>
 * sweep:
 *   grid:                                       # every value of one key with every value of the others
 *     train.learning_rate: [1.0e-4, 1.0e-3]
 *     tuners:                                   # a block in place of a list names its values
 *       lora 4: [{use: lora, rank: 4}]
 *       sc-tuner: [{use: sc-tuner}]
 *   paired:                                     # settings that vary together, under a name of their own
 *     picture:
 *       small: {train.batch: 8, data.count: 16}
 *       large: {train.batch: 2, data.count: {each: [64, 128]}}    # each of them, as in a grid of its own
 *   random: {count: 8, seed: 0, draw: {train.clip_norm: {uniform: [0.1, 1.0]}}}
 *   seeds: [0, 1, 2]
 *   select: {keys: [train.learning_rate], by: validation_loss, seeds: 1}
 *   replicates: [picture]                       # repeats results as the seeds do
 * </pre>
 *
 * @param axes       what varies, in the order written
 * @param seeds      empty: that of the recipe
 * @param select     empty: nothing is chosen
 * @param replicates as {@link Sweep#replicates}
 */
record SweepBlock(List<SweepAxis> axes, List<Scalar> seeds, Optional<Sweep.Select> select, List<String> replicates) {
    private static final String GRID = "grid";
    private static final String PAIRED = "paired";
    private static final String RANDOM = "random";
    private static final String SEEDS = "seeds";
    private static final String SELECT = "select";
    private static final String REPLICATES = "replicates";
    private static final String EACH = "each";
    private static final List<String> KEYS = List.of(GRID, PAIRED, RANDOM, SEEDS, SELECT, REPLICATES);

    /** Keys that every run has its own value of, and what to do instead of sweeping them. */
    private static final Map<String, String> NOT_SWEPT = Map.of(
            "seed", "the seeds are listed under 'seeds'",
            "name", "the runs of a sweep are named after what varies",
            "output", "every run of a sweep has its own folder",
            "extends", "a run cannot extend another recipe",
            "sweep", "a sweep cannot hold another");

    /** Reads blocks and keeps what it has seen. */
    private static final class Reader {
        private final Problems problems;
        private final List<SweepAxis> axes = new ArrayList<>();
        private final Map<String, Position> swept = new LinkedHashMap<>();

        private Reader(Problems problems) {
            this.problems = problems;
        }

        private void grid(Mapping grid) {
            grid.entries().forEach((path, entry) -> {
                if (sweepable(path, entry.key())) {
                    List<SweepAxis.Choice> choices = new ArrayList<>();
                    values(path, entry, "values, such as " + path + ": [..., ...]")
                            .forEach((label, value) -> choices.add(new SweepAxis.Choice(
                                    Map.of(path, label), Map.of(path, new Entry(entry.key(), value)))));
                    axes.add(new SweepAxis(path, choices));
                }
            });
        }

        private void paired(Mapping paired) {
            paired.entries().forEach((name, entry) -> {
                List<SweepAxis.Choice> choices = new ArrayList<>();
                Set<String> keys = new HashSet<>();
                values(name, entry, "blocks of settings, such as " + name + ": [{train.batch: 2}, {train.batch: 4}]")
                        .forEach((label, value) -> {
                            if (value instanceof Mapping settings
                                    && !settings.entries().isEmpty()) {
                                settings.entries().forEach((path, setting) -> {
                                    if (keys.add(path)) {
                                        sweepable(path, setting.key());
                                    }
                                });
                                choices.addAll(expanded(Map.of(name, label), settings));
                            } else {
                                problems.add(
                                        value.position(),
                                        "sweep.paired." + name
                                                + " must hold blocks of settings, such as {train.batch: 4}, got "
                                                + value.shown());
                            }
                        });
                axes.add(new SweepAxis(name, choices));
            });
        }

        /** A block of settings; one of which {@code {each: [...]}} is written varies in the block. */
        private List<SweepAxis.Choice> expanded(Map<String, String> shown, Mapping settings) {
            List<SweepAxis.Choice> choices = List.of(new SweepAxis.Choice(shown, Map.of()));
            for (Map.Entry<String, Entry> setting : settings.entries().entrySet()) {
                String path = setting.getKey();
                Entry written = setting.getValue();
                List<SweepAxis.Choice> longer = new ArrayList<>();
                if (written.value() instanceof Mapping of
                        && of.entries().keySet().equals(Set.of(EACH))) {
                    Map<String, RecipeNode> values =
                            values(path, of.entries().get(EACH), "values, such as " + path + ": {each: [..., ...]}");
                    choices.forEach(before -> values.forEach((label, value) ->
                            longer.add(before.with(path, Optional.of(label), new Entry(written.key(), value)))));
                } else {
                    choices.forEach(before -> longer.add(before.with(path, Optional.empty(), written)));
                }
                choices = longer;
            }
            return choices;
        }

        /** The values of a list or a block by what they are called; told and left out if two are called the same. */
        private Map<String, RecipeNode> values(String name, Entry entry, String wanted) {
            Map<String, RecipeNode> values = new LinkedHashMap<>();
            if (entry.value() instanceof Mapping named && !named.entries().isEmpty()) {
                named.entries().forEach((label, value) -> values.put(label, value.value()));
            } else if (entry.value() instanceof Sequence list && !list.items().isEmpty()) {
                for (RecipeNode item : list.items()) {
                    String label = SweepNames.shown(item);
                    if (values.putIfAbsent(label, item) != null) {
                        problems.add(item.position(), name + " has the value " + label + " twice; remove one");
                    }
                }
            } else {
                problems.add(
                        entry.key(),
                        name + " needs a list of " + wanted + ", got "
                                + (entry.value() instanceof Scalar
                                        ? entry.value().shown()
                                        : "an empty one"));
            }
            return values;
        }

        private boolean sweepable(String path, Position place) {
            Position first = swept.putIfAbsent(path, place);
            if (first != null) {
                problems.add(place, path + " is swept twice, first at line " + first.line() + "; keep one");
            } else if (NOT_SWEPT.containsKey(path)) {
                problems.add(place, path + " cannot be swept: " + NOT_SWEPT.get(path));
            } else if (!Overrides.isPath(path)) {
                problems.add(
                        place,
                        "a sweep's key is a path, such as train.steps or tuners[0].scale, got " + Scalar.quote(path));
            } else {
                return true;
            }
            return false;
        }

        private List<Scalar> seeds(Entry entry) {
            List<Scalar> seeds = new ArrayList<>();
            if (entry.value() instanceof Sequence list && !list.items().isEmpty()) {
                Set<String> seen = new HashSet<>();
                for (RecipeNode item : list.items()) {
                    if (!(item instanceof Scalar seed) || !seed.text().matches("0|[1-9][0-9]{0,17}")) {
                        problems.add(item.position(), "sweep.seeds must be whole numbers from 0, got " + item.shown());
                    } else if (seen.add(seed.text())) {
                        seeds.add(seed);
                    } else {
                        problems.add(seed.position(), "sweep.seeds has " + seed.text() + " twice; remove one");
                    }
                }
            } else {
                problems.add(
                        entry.key(),
                        "sweep.seeds must list at least one seed, such as [0, 1, 2], got "
                                + (entry.value() instanceof Sequence
                                        ? "[]"
                                        : entry.value().shown()));
            }
            return seeds;
        }

        private Optional<Sweep.Select> select(Mapping select, Position place, List<Scalar> seeds) {
            refuseUnknown(select, "sweep.select", List.of("keys", "by", "seeds"));
            List<String> keys = new ArrayList<>();
            if (select.has("keys") && select.entries().get("keys").value() instanceof Sequence list) {
                for (RecipeNode item : list.items()) {
                    keys.addAll(settings(item, "sweep.select.keys"));
                }
            }
            String by = select.text("by");
            if (keys.isEmpty() || by == null) {
                if (problems.isEmpty()) {
                    problems.add(
                            place,
                            "sweep.select needs what is chosen and by what, such as {keys: [train.learning_rate], by: "
                                    + Sweep.Select.VALIDATION_LOSS + "}");
                }
                return Optional.empty();
            }
            String first = select.has("seeds") ? select.text("seeds") : "1";
            if (first == null || !first.matches("[1-9][0-9]{0,8}") || Integer.parseInt(first) >= seeds.size()) {
                problems.add(
                        select.has("seeds") ? select.entries().get("seeds").key() : place,
                        "sweep.select.seeds must be a number of seeds from 1 and less than those of sweep.seeds, "
                                + seeds.size() + ", as the others are for what is chosen; got "
                                + (first == null ? "no number" : first));
                return Optional.empty();
            }
            return Optional.of(new Sweep.Select(keys, by, Integer.parseInt(first)));
        }

        private List<String> replicates(Entry entry, Set<String> chosen) {
            List<String> replicates = new ArrayList<>();
            if (entry.value() instanceof Sequence list && !list.items().isEmpty()) {
                for (RecipeNode item : list.items()) {
                    Set<String> settings = settings(item, "sweep.replicates");
                    if (settings.stream().anyMatch(chosen::contains)) {
                        problems.add(
                                item.position(),
                                "sweep.replicates has " + item.shown() + ", which sweep.select chooses; a setting is"
                                        + " either chosen or repeated over");
                    } else if (settings.stream().anyMatch(replicates::contains)) {
                        problems.add(item.position(), "sweep.replicates has " + item.shown() + " twice; remove one");
                    }
                    replicates.addAll(settings);
                }
            } else {
                problems.add(
                        entry.key(),
                        "sweep.replicates must list what of the sweep repeats results, such as [data.styles], got "
                                + (entry.value() instanceof Sequence
                                        ? "[]"
                                        : entry.value().shown()));
            }
            return replicates;
        }

        /** The settings that an item of a list of keys names: one that varies, or all that are drawn. */
        private Set<String> settings(RecipeNode item, String where) {
            String name = item instanceof Scalar scalar ? scalar.text() : "";
            if (axes.stream().anyMatch(each -> each.settings().contains(name))) {
                return Set.of(name);
            }
            Optional<SweepAxis> axis =
                    axes.stream().filter(each -> each.name().equals(name)).findFirst();
            if (axis.isEmpty()) {
                Set<String> known = new LinkedHashSet<>();
                axes.forEach(each -> {
                    known.add(each.name());
                    known.addAll(each.settings());
                });
                problems.add(
                        item.position(),
                        where + ": nothing of the sweep is called " + item.shown() + "; "
                                + (known.isEmpty()
                                        ? "nothing varies but the seed"
                                        : Names.suggestion(name, List.copyOf(known), "what varies:")));
            }
            return axis.map(SweepAxis::settings).orElse(Set.of());
        }

        private void refuseUnknown(Mapping block, String where, List<String> known) {
            block.entries().forEach((key, entry) -> {
                if (!known.contains(key)) {
                    problems.add(
                            entry.key(),
                            "unknown key " + Scalar.quote(key) + " in " + where + "; "
                                    + Names.suggestion(key, known, "known keys:"));
                }
            });
        }
    }

    /**
     * Reads a block; what is wrong with it is told.
     *
     * @param entry the recipe's {@code sweep}
     */
    static SweepBlock read(Entry entry, Problems problems) {
        var reader = new Reader(problems);
        if (!(entry.value() instanceof Mapping block) || block.entries().isEmpty()) {
            problems.add(
                    entry.key(),
                    "sweep must be a block with " + String.join(", ", KEYS.subList(0, 4)) + " or several of them, got "
                            + (entry.value() instanceof Mapping
                                    ? "an empty one"
                                    : entry.value().shown()));
            return new SweepBlock(List.of(), List.of(), Optional.empty(), List.of());
        }
        reader.refuseUnknown(block, "sweep", KEYS);
        block.entries().forEach((key, part) -> {
            boolean isBlock = part.value() instanceof Mapping;
            if (!isBlock && List.of(GRID, PAIRED, RANDOM, SELECT).contains(key)) {
                problems.add(
                        part.key(),
                        "sweep." + key + " must be a block of keys, got "
                                + part.value().shown());
            } else if (key.equals(GRID)) {
                reader.grid((Mapping) part.value());
            } else if (key.equals(PAIRED)) {
                reader.paired((Mapping) part.value());
            } else if (key.equals(RANDOM)) {
                SweepDraws.read((Mapping) part.value(), part.key(), reader::sweepable, problems)
                        .ifPresent(reader.axes::add);
            }
        });
        List<Scalar> seeds = block.has(SEEDS) ? reader.seeds(block.entries().get(SEEDS)) : List.of();
        Optional<Sweep.Select> select =
                block.has(SELECT) && block.entries().get(SELECT).value() instanceof Mapping chosen
                        ? reader.select(chosen, block.entries().get(SELECT).key(), seeds)
                        : Optional.empty();
        Set<String> chosen = select.map(each -> Set.copyOf(each.keys())).orElse(Set.of());
        List<String> replicates =
                block.has(REPLICATES) ? reader.replicates(block.entries().get(REPLICATES), chosen) : List.of();
        return new SweepBlock(List.copyOf(reader.axes), seeds, select, replicates);
    }
}
