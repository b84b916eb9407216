package org.scedit.core.recipe;

import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;

/** Makes every run of a recipe with a {@code sweep} block, and checks each as a recipe of its own. */
final class SweepReader {
    static final String KEY = "sweep";

    /** What one run differs in, before its recipe is bound. */
    private record Change(String name, String group, Map<String, String> settings, Map<String, Entry> changes) {}

    private final Problems problems;
    private final BiFunction<Mapping, Problems, Recipe> bind;

    /**
     * @param problems takes what is wrong
     * @param bind     makes a recipe of a tree, null after a problem; the same for every run
     */
    SweepReader(Problems problems, BiFunction<Mapping, Problems, Recipe> bind) {
        this.problems = problems;
        this.bind = bind;
    }

    /**
     * @param recipe     with its sweep block, its name and its output
     * @param overridden the keys that the command line set
     * @param most       runs that are wanted at most
     * @return the sweep; null after a problem
     */
    Sweep read(Mapping recipe, Set<String> overridden, int most) {
        Entry entry = recipe.entries().get(KEY);
        var block = SweepBlock.read(entry, problems);
        refuseOverridden(block, overridden);
        if (!problems.isEmpty() || isTooMany(block, entry.key(), most)) {
            return null;
        }
        Mapping plain = recipe.without(KEY);
        Path folder = folder(recipe);
        List<Sweep.Variant> variants = new ArrayList<>();
        Map<String, Problems> ofVariants = new LinkedHashMap<>();
        for (Change change : changes(block, plain, entry.key())) {
            var own = new Problems();
            ofVariants.put(change.name, own);
            Mapping changed = changed(plain, change, folder, own);
            Recipe bound = own.isEmpty() ? bind.apply(changed, own) : null;
            if (bound != null) {
                variants.add(new Sweep.Variant(change.name, change.group, change.settings, bound));
            }
        }
        problems.addFrom(ofVariants);
        if (problems.isEmpty()) {
            refuseSame(variants, entry.key());
            block.select().ifPresent(select -> requireNumber(select, variants, entry.key()));
        }
        return problems.isEmpty()
                ? new Sweep(
                        plain.text("name"),
                        folder,
                        NodeWriter.write(recipe),
                        variants,
                        block.select(),
                        block.replicates())
                : null;
    }

    private void refuseOverridden(SweepBlock block, Set<String> overridden) {
        block.axes().stream()
                .flatMap(axis -> axis.choices().stream())
                .flatMap(choice -> choice.changes().entrySet().stream())
                .filter(change -> overridden.contains(change.getKey()))
                .forEach(change -> problems.add(
                        change.getValue().key(),
                        change.getKey() + " is swept here, and given on the command line; keep one"));
    }

    private boolean isTooMany(SweepBlock block, Position place, int most) {
        BigInteger count = BigInteger.valueOf(Math.max(1, block.seeds().size()));
        for (SweepAxis axis : block.axes()) {
            count = count.multiply(BigInteger.valueOf(axis.choices().size()));
        }
        if (count.compareTo(BigInteger.valueOf(most)) > 0) {
            problems.add(
                    place,
                    "sweep makes " + count + " runs, more than " + most
                            + "; make it smaller, draw some of them by 'random', or allow it by --max-cells=" + count);
            return true;
        }
        return false;
    }

    private static Path folder(Mapping recipe) {
        try {
            return Path.of(recipe.text("output") == null ? "" : recipe.text("output"));
        } catch (InvalidPathException e) {
            return Path.of(""); // every run's own output tells it
        }
    }

    /** The runs in order: the first axis varies slowest, the seed fastest. */
    private List<Change> changes(SweepBlock block, Mapping recipe, Position place) {
        List<SweepAxis.Choice> combined = List.of(new SweepAxis.Choice(Map.of(), Map.of()));
        Set<String> settings = new LinkedHashSet<>();
        for (SweepAxis axis : block.axes()) {
            List<SweepAxis.Choice> longer = new ArrayList<>();
            for (SweepAxis.Choice before : combined) {
                for (SweepAxis.Choice choice : axis.choices()) {
                    longer.add(new SweepAxis.Choice(
                            joined(before.shown(), choice.shown()), joined(before.changes(), choice.changes())));
                }
            }
            combined = longer;
            settings.addAll(axis.settings());
        }
        var names = new SweepNames(settings);
        List<Change> changes = new ArrayList<>();
        Map<String, Map<String, String>> owners = new HashMap<>();
        for (SweepAxis.Choice choice : combined) {
            String group = choice.shown().isEmpty() ? "" : names.of(choice.shown());
            Map<String, String> owner = owners.putIfAbsent(group, choice.shown());
            if (owner != null) {
                problems.add(
                        place,
                        "sweep: " + owner + " and " + choice.shown() + " would both be named " + group
                                + "; name their values: VALUES: {NAME: ..., OTHER NAME: ...}");
            }
            if (block.seeds().isEmpty()) {
                String name = group.isEmpty() ? recipe.text("name") : group;
                changes.add(new Change(name, name, choice.shown(), choice.changes()));
            }
            for (Scalar seed : block.seeds()) {
                String ofSeed = "seed=" + seed.text();
                changes.add(new Change(
                        group.isEmpty() ? ofSeed : group + "," + ofSeed,
                        group.isEmpty() ? recipe.text("name") : group,
                        choice.shown(),
                        joined(choice.changes(), Map.of("seed", new Entry(seed.position(), seed)))));
            }
        }
        return changes;
    }

    private static <V> Map<String, V> joined(Map<String, V> some, Map<String, V> more) {
        Map<String, V> all = new LinkedHashMap<>(some);
        all.putAll(more);
        return all;
    }

    private static Mapping changed(Mapping recipe, Change change, Path folder, Problems problems) {
        Mapping changed = recipe;
        // a whole block before a key in it, and what chooses a block's keys before them
        List<Map.Entry<String, Entry>> inOrder = change.changes.entrySet().stream()
                .sorted(Comparator.comparingInt(each -> Overrides.depth(each.getKey())))
                .toList();
        for (Map.Entry<String, Entry> each : inOrder) {
            Entry value = each.getValue();
            changed = Overrides.set(
                    changed, each.getKey(), value.value(), value.key().inSweep(), problems);
        }
        String output = folder.resolve("cells").resolve(change.name).toString();
        return changed.with(
                "output",
                RecipeSource.filledIn(output, recipe.entries().get("output").key()));
    }

    /** Which measures a run comes to is known when it has been run; whether it validates is known now. */
    private void requireNumber(Sweep.Select select, List<Sweep.Variant> variants, Position place) {
        variants.stream()
                .filter(variant -> select.by().equals(Sweep.Select.VALIDATION_LOSS)
                        && variant.recipe().validation().isEmpty())
                .findFirst()
                .ifPresent(variant -> problems.add(
                        place,
                        "sweep.select: run " + variant.name()
                                + " has no validation loss to choose by; give the recipe a"
                                + " 'validation' block, or choose by a measure"));
    }

    /** Runs that differ in nothing but their folder. */
    private void refuseSame(List<Sweep.Variant> variants, Position place) {
        Map<String, String> owners = new HashMap<>();
        for (Sweep.Variant variant : variants) {
            String recipe = variant.recipe().resolved().replaceFirst("(?m)^output: .*$", "");
            String owner = owners.putIfAbsent(recipe, variant.name());
            if (owner != null) {
                problems.add(
                        place,
                        "sweep: " + owner + " and " + variant.name()
                                + " are the same run, as what they differ in changes nothing; remove one");
            }
        }
    }
}
