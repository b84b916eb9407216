package org.scedit.core.recipe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.DoubleFunction;
import org.scedit.core.engine.Randomness;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * The {@code random} part of a sweep: some draws of one or more keys.
 * <pre>
 * random:
 *   count: 8
 *   seed: 0
 *   draw:
 *     train.learning_rate: {log_uniform: [1.0e-5, 1.0e-3]}
 *     train.clip_norm: {uniform: [0.1, 1.0]}
 *     tuners[0].rank: {int: [1, 16]}                 # both bounds included
 *     train.schedule: {choice: [constant, cosine]}
 * </pre>
 * The n-th value of a key follows from the seed, the key and n alone, so that more draws leave those before as they are.
 * Numbers are rounded to three digits, which is what is shown and what is run. A draw that came before is drawn again.
 */
final class SweepDraws {
    private static final List<String> KEYS = List.of("count", "seed", "draw");
    private static final List<String> KINDS = List.of("uniform", "log_uniform", "int", "choice");
    private static final MathContext DIGITS = new MathContext(3);
    /** Draws for each that is wanted, before it is said that there are no more different ones. */
    private static final int TRIES = 100;

    /** 2^63, as {@link Randomness#seed} has 63 bits. */
    private static final double SEEDS = 0x1p63;

    private final Problems problems;

    private SweepDraws(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads the part and draws; empty if there is nothing to go on with, which is then told.
     *
     * @param sweepable tells of a path and its place whether it can be swept
     */
    static Optional<SweepAxis> read(
            Mapping block, Position place, BiPredicate<String, Position> sweepable, Problems problems) {
        return new SweepDraws(problems).read(block, place, sweepable);
    }

    private Optional<SweepAxis> read(Mapping block, Position place, BiPredicate<String, Position> sweepable) {
        block.entries().forEach((key, entry) -> {
            if (!KEYS.contains(key)) {
                problems.add(
                        entry.key(),
                        "unknown key " + Scalar.quote(key) + " in sweep.random; "
                                + Names.suggestion(key, KEYS, "known keys:"));
            }
        });
        Optional<Long> count = number(block, "count", place, 1);
        Optional<Long> seed = block.has("seed") ? number(block, "seed", place, 0) : Optional.of(0L);
        if (!block.has("draw") || !(block.entries().get("draw").value() instanceof Mapping draw)) {
            problems.add(
                    place,
                    "sweep.random needs 'draw', a block such as {train.learning_rate: {log_uniform: [1.0e-5, 1.0e-3]}}");
            return Optional.empty();
        }
        Map<String, DoubleFunction<RecipeNode>> keys = new LinkedHashMap<>();
        draw.entries().forEach((path, entry) -> {
            if (sweepable.test(path, entry.key())) {
                distribution(path, entry).ifPresent(value -> keys.put(path, value));
            }
        });
        if (keys.isEmpty() || count.isEmpty() || seed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SweepAxis("random", drawn(keys, draw, count.get(), seed.get(), place)));
    }

    private List<SweepAxis.Choice> drawn(
            Map<String, DoubleFunction<RecipeNode>> keys, Mapping draw, long count, long seed, Position place) {
        Set<Map<String, String>> seen = new LinkedHashSet<>();
        List<SweepAxis.Choice> choices = new ArrayList<>();
        for (long number = 0; choices.size() < count && number < TRIES * count; number++) {
            Map<String, String> shown = new LinkedHashMap<>();
            Map<String, Entry> changes = new LinkedHashMap<>();
            for (Map.Entry<String, DoubleFunction<RecipeNode>> key : keys.entrySet()) {
                double unit = Randomness.seed(seed, "sweep " + key.getKey(), number) / SEEDS;
                RecipeNode value = key.getValue().apply(unit);
                shown.put(key.getKey(), SweepNames.shown(value));
                changes.put(
                        key.getKey(), new Entry(draw.entries().get(key.getKey()).key(), value));
            }
            if (seen.add(shown)) {
                choices.add(new SweepAxis.Choice(shown, changes));
            }
        }
        if (choices.size() < count) {
            problems.add(
                    place,
                    "sweep.random has only " + choices.size() + " different draws, and count is " + count
                            + "; lower it, or use a grid");
        }
        return choices;
    }

    private Optional<Long> number(Mapping block, String key, Position place, long least) {
        String text = block.text(key);
        if (text != null && text.matches("[0-9]{1,9}") && Long.parseLong(text) >= least) {
            return Optional.of(Long.parseLong(text));
        }
        problems.add(
                block.has(key) ? block.entries().get(key).key() : place,
                "sweep.random." + key + " must be a whole number from " + least + ", got "
                        + (block.has(key) ? block.entries().get(key).value().shown() : "nothing"));
        return Optional.empty();
    }

    /** A value for each number in [0, 1). */
    private Optional<DoubleFunction<RecipeNode>> distribution(String path, Entry entry) {
        if (!(entry.value() instanceof Mapping block)
                || block.entries().size() != 1
                || !KINDS.containsAll(block.entries().keySet())) {
            String near = entry.value() instanceof Mapping written
                            && written.entries().size() == 1
                    ? Names.nearest(written.entries().keySet().iterator().next(), KINDS)
                            .map(kind -> "; did you mean '" + kind + "'?")
                            .orElse("")
                    : "";
            problems.add(
                    entry.key(),
                    path + " must say how it is drawn by one of " + String.join(", ", KINDS)
                            + ", such as {uniform: [0.1, 1.0]}" + near);
            return Optional.empty();
        }
        String kind = block.entries().keySet().iterator().next();
        RecipeNode of = block.entries().get(kind).value();
        if (kind.equals("choice")) {
            return choice(path, entry.key(), of);
        }
        List<BigDecimal> bounds = bounds(of, kind.equals("int"));
        boolean fits = bounds.size() == 2
                && bounds.get(0).compareTo(bounds.get(1)) < 0
                && (!kind.equals("log_uniform") || bounds.get(0).signum() > 0);
        if (!fits) {
            problems.add(
                    entry.key(),
                    path + ": " + kind + " needs two " + (kind.equals("int") ? "whole numbers" : "numbers")
                            + ", the smaller first" + (kind.equals("log_uniform") ? " and above 0" : "") + ", such as "
                            + (kind.equals("int") ? "[1, 16]" : "[0.1, 1.0]"));
            return Optional.empty();
        }
        double low = bounds.get(0).doubleValue();
        double high = bounds.get(1).doubleValue();
        Position place = of.position();
        return Optional.of(
                switch (kind) {
                    case "int" ->
                        unit -> new Scalar(Long.toString((long) low + (long) (unit * (high - low + 1))), false, place);
                    case "uniform" -> unit -> rounded(low + unit * (high - low), low, high, place);
                    default -> unit -> rounded(low * Math.pow(high / low, unit), low, high, place);
                });
    }

    private Optional<DoubleFunction<RecipeNode>> choice(String path, Position place, RecipeNode of) {
        if (of instanceof Sequence list && !list.items().isEmpty()) {
            List<RecipeNode> items = list.items();
            return Optional.of(unit -> items.get((int) (unit * items.size())));
        }
        problems.add(place, path + ": choice needs a list of values, such as {choice: [4, 8]}");
        return Optional.empty();
    }

    private static List<BigDecimal> bounds(RecipeNode of, boolean whole) {
        List<BigDecimal> bounds = new ArrayList<>();
        if (of instanceof Sequence list) {
            for (RecipeNode item : list.items()) {
                String number = whole ? "-?[0-9]{1,9}" : "[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]{1,3})?";
                if (item instanceof Scalar scalar && scalar.text().matches(number)) {
                    bounds.add(new BigDecimal(scalar.text()));
                }
            }
        }
        return bounds;
    }

    private static Scalar rounded(double value, double low, double high, Position place) {
        double digits = new BigDecimal(value).round(DIGITS).doubleValue();
        return new Scalar(RecipeWriter.number(Math.min(high, Math.max(low, digits))), false, place);
    }
}
