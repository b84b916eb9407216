package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * What the command line changes in a recipe: {@code train.steps=500}, {@code tuners[0].scale=0.5} or, by the tuner's
 * name, {@code tuners.sc-tuner.scale=0.5}. A value is taken as it stands, so that no quotes need to pass the shell;
 * only one that begins with a bracket, a brace or a quote is read as YAML.
 */
final class Overrides {
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[([0-9]{1,6})\\]");
    private static final Pattern KEY_PATH = Pattern.compile("[^.\\[\\]]+(\\[[0-9]{1,6}\\]|\\.[^.\\[\\]]+)*");
    private static final String CHOICE =
            Recipe.Data.class.getAnnotation(ChosenBy.class).value();

    private record Override(List<String> steps, RecipeNode value, Position position) {
        private boolean isChoice() {
            return steps.get(steps.size() - 1).equals(CHOICE);
        }
    }

    private final Problems problems;

    private Overrides(Problems problems) {
        this.problems = problems;
    }

    /**
     * @param folder of the recipe, where relative paths may also be found
     * @return the recipe with all overrides that could be applied
     */
    static Mapping apply(List<String> overrides, Mapping recipe, Path folder, Problems problems) {
        var applier = new Overrides(problems);
        Mapping changed = recipe;
        for (Override override : applier.parse(overrides, folder)) {
            RecipeNode result = applier.set(changed, override, 0, "");
            changed = result == null ? changed : (Mapping) result;
        }
        return changed;
    }

    /**
     * Sets one key.
     *
     * @param path     of the key, as on the command line
     * @param position of what sets it
     * @return the recipe with the value; unchanged if there is no such place, which is then told
     */
    static Mapping set(Mapping recipe, String path, RecipeNode value, Position position, Problems problems) {
        RecipeNode changed = new Overrides(problems).set(recipe, new Override(steps(path), value, position), 0, "");
        return changed == null ? recipe : (Mapping) changed;
    }

    /** Whether a text is the path of a key. */
    static boolean isPath(String text) {
        return KEY_PATH.matcher(text).matches();
    }

    /** In which order keys are set where one may hold another; a choice comes before the keys beside it. */
    static int depth(String path) {
        List<String> steps = steps(path);
        return 2 * steps.size() - (steps.get(steps.size() - 1).equals(CHOICE) ? 1 : 0);
    }

    private static List<String> steps(String path) {
        return STEP.matcher(path).results().map(step -> step.group()).toList();
    }

    private List<Override> parse(List<String> overrides, Path folder) {
        List<Override> parsed = new ArrayList<>();
        Set<List<String>> seen = new HashSet<>();
        for (String text : overrides) {
            Position position = Position.onCommandLine(parsed.size(), text, folder);
            String path = text.split("=", 2)[0].strip();
            if (!text.contains("=") || !isPath(path)) {
                problems.add(position, "is not KEY=VALUE, such as train.steps=500 or tuners[0].scale=0.5");
                continue;
            }
            List<String> names = steps(path);
            if (!seen.add(names)) {
                problems.add(position, path + " is given twice on the command line; keep one");
            } else if (names.get(0).equals("extends")) {
                problems.add(position, "extends cannot be changed here; name the other recipe instead");
            } else {
                value(text.split("=", 2)[1].strip(), position)
                        .map(value -> new Override(names, value, position))
                        .ifPresent(parsed::add);
            }
        }
        // a changed choice drops the keys of the former one, which must not hit other overrides
        parsed.sort(Comparator.comparing(override -> !override.isChoice()));
        return parsed;
    }

    private Optional<RecipeNode> value(String text, Position position) {
        boolean yaml = text.startsWith("[") || text.startsWith("{") || text.startsWith("'") || text.startsWith("\"");
        return yaml
                ? YamlTree.parse(text, position, problems)
                : Optional.of(new Scalar(text, text.isEmpty(), position));
    }

    /** The node with the override's value set below it; null if there is no such place, which is then told. */
    private RecipeNode set(RecipeNode node, Override override, int depth, String path) {
        if (depth == override.steps.size()) {
            return override.value;
        }
        String step = override.steps.get(depth);
        if (node instanceof Sequence list) {
            return setInList(list, override, depth, path);
        }
        if (!(node instanceof Mapping block)) {
            problems.add(override.position, path + " is a single value and has no '" + step + "'");
            return null;
        }
        if (step.startsWith("[")) {
            problems.add(override.position, path + " is no list; name a key instead of " + step);
            return null;
        }
        String keyPath = path.isEmpty() ? step : path + "." + step;
        boolean last = depth + 1 == override.steps.size();
        RecipeNode below = block.has(step) ? block.entries().get(step).value() : null;
        boolean fresh = below == null || below instanceof Scalar scalar && scalar.isNull();
        if (fresh && !last && override.steps.get(depth + 1).startsWith("[")) {
            problems.add(
                    override.position,
                    "the recipe has no " + keyPath + ", so no " + keyPath + override.steps.get(depth + 1));
            return null;
        }
        RecipeNode child = fresh ? new Mapping(new LinkedHashMap<>(), override.position) : below;
        RecipeNode changed = set(child, override, depth + 1, keyPath);
        if (changed == null) {
            return null;
        }
        // only the key itself has the override's place; the blocks around it keep their own
        Position place =
                last || fresh ? override.position : block.entries().get(step).key();
        return last
                ? RecipeSource.put(block, step, new Entry(place, changed), path)
                : block.with(step, new Entry(place, changed));
    }

    private RecipeNode setInList(Sequence list, Override override, int depth, String path) {
        String step = override.steps.get(depth);
        int index = step.startsWith("[")
                ? Integer.parseInt(step.substring(1, step.length() - 1))
                : named(list, step, override, path);
        if (index >= list.items().size()) {
            problems.add(
                    override.position,
                    "there is no " + path + step + "; " + path + " has "
                            + list.items().size() + (list.items().size() == 1 ? " entry" : " entries")
                            + ", counted from 0");
            return null;
        }
        RecipeNode changed =
                index < 0 ? null : set(list.items().get(index), override, depth + 1, path + "[" + index + "]");
        return changed == null ? null : list.with(index, changed);
    }

    /** The index of the entry of that name; -1 if there is not exactly one, which is then told. */
    private int named(Sequence list, String name, Override override, String path) {
        List<String> names = list.items().stream().map(Overrides::nameOf).toList();
        int[] matches = IntStream.range(0, names.size())
                .filter(index -> name.equals(names.get(index)))
                .toArray();
        if (matches.length == 1) {
            return matches[0];
        }
        List<String> known = names.stream().filter(Objects::nonNull).distinct().toList();
        problems.add(
                override.position,
                matches.length > 1
                        ? matches.length + " " + path + " are named '" + name + "'; write " + path + "[0] and so on"
                        : "no entry of " + path + " is named '" + name + "'; "
                                + (known.isEmpty()
                                        ? "write " + path + "[0] and so on"
                                        : Names.suggestion(name, known, "there are")));
        return -1;
    }

    private static String nameOf(RecipeNode item) {
        if (!(item instanceof Mapping block)) {
            return null;
        }
        Map<String, Entry> entries = block.entries();
        return entries.containsKey("name") ? block.text("name") : block.text("use");
    }
}
