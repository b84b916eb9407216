package org.scedit.core.recipe;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.scedit.api.Setting;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * Binds a block of a recipe to a record: its components are the keys, in snake case, their types say how a value is
 * read, and {@link Setting} gives default and range. Goes on after a problem, so that all are told; what could be bound
 * stays available by its path for checks across keys.
 */
final class RecordBinder {
    /** Binds a record whose keys are not simply its components. */
    @FunctionalInterface
    interface Special {
        /** @return the record; null if a problem was told */
        Record bind(RecordBinder binder, Mapping block, String path, Position position);
    }

    private final PathLookup paths;
    private final Problems problems;
    private final Map<Class<?>, Special> special;
    private final Function<String, Optional<String>> elsewhere;
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Position> places = new HashMap<>();

    /**
     * @param paths     finds the paths that must exist
     * @param problems  takes what is wrong
     * @param special   records bound in another way
     * @param elsewhere tells for an unknown key the block it belongs to, if there is one
     */
    RecordBinder(
            PathLookup paths,
            Problems problems,
            Map<Class<?>, Special> special,
            Function<String, Optional<String>> elsewhere) {
        this.paths = paths;
        this.problems = problems;
        this.special = Map.copyOf(special);
        this.elsewhere = elsewhere;
    }

    void problem(Position position, String message) {
        problems.add(position, message);
    }

    /** The value bound at a path such as {@code train.steps}, defaults included; empty if it is absent or wrong. */
    <T> Optional<T> value(String path, Class<T> type) {
        return Optional.ofNullable(values.get(path)).map(type::cast);
    }

    /** The place of a key that the recipe gives. */
    Optional<Position> place(String path) {
        return Optional.ofNullable(places.get(path));
    }

    /**
     * Binds a block to a record.
     *
     * @param path     of the block; empty for the whole recipe
     * @param position of the block's key
     * @return the record; null if a problem was told
     */
    <R extends Record> R bind(Mapping block, String path, Position position, Class<R> type) {
        refuseUnknownKeys(block, path.isEmpty() ? "" : " in " + path, keysOf(type));
        return bindKnown(block, path, position, type);
    }

    static List<String> keysOf(Class<?> record) {
        return Arrays.stream(record.getRecordComponents())
                .map(component -> Names.key(component.getName()))
                .toList();
    }

    /** @param where for the message, such as {@code  in train} or {@code  for tuner 'lora'} */
    void refuseUnknownKeys(Mapping block, String where, List<String> known) {
        for (Map.Entry<String, Entry> entry : block.entries().entrySet()) {
            String key = entry.getKey();
            if (!known.contains(key)) {
                String fix = Names.synonym(key, known)
                        .map(meant -> "did you mean '" + meant + "'?")
                        .or(() -> elsewhere.apply(key).map(home -> "it belongs to " + home))
                        .orElseGet(() -> Names.suggestion(key, known, "known keys:"));
                problems.add(entry.getValue().key(), "unknown key " + Scalar.quote(key) + where + "; " + fix);
            }
        }
    }

    /** Binds the keys of one record out of a block that may hold others. */
    <R extends Record> R bindKnown(Mapping block, String path, Position position, Class<R> type) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        boolean whole = choiceGiven(block, path, position, type.getAnnotation(ExactlyOneOf.class));
        for (RecordComponent component : type.getRecordComponents()) {
            String key = Names.key(component.getName());
            String keyPath = path.isEmpty() ? key : path + "." + key;
            Object value = block.has(key)
                    ? given(block.entries().get(key), keyPath, component)
                    : absent(keyPath, position, component);
            if (value != null) {
                values.put(keyPath, value instanceof Optional<?> optional ? optional.orElse(null) : value);
            }
            arguments.put(key, value);
            whole &= value != null;
        }
        return whole ? construct(type, arguments, path, position) : null;
    }

    private boolean choiceGiven(Mapping block, String path, Position position, ExactlyOneOf choice) {
        if (choice == null) {
            return true;
        }
        List<String> given = Arrays.stream(choice.value())
                .filter(block::has)
                .filter(key -> !(block.entries().get(key).value() instanceof Sequence list
                        && list.items().isEmpty()))
                .toList();
        if (given.size() == 1) {
            return true;
        }
        Position place = given.stream()
                .map(key -> block.entries().get(key).key())
                .max(Comparator.naturalOrder())
                .orElse(position);
        problems.add(
                place,
                given.isEmpty()
                        ? path + " needs " + String.join(" or ", choice.value())
                        : path + " has " + String.join(" and ", given) + "; keep one of them");
        return false;
    }

    private Object given(Entry entry, String path, RecordComponent component) {
        places.put(path, entry.key());
        return read(entry.value(), path, entry.key(), component.getGenericType(), component);
    }

    private Object absent(String path, Position position, RecordComponent component) {
        Setting setting = settingOf(component);
        if (setting.defaultsTo().equals(Setting.REQUIRED)) {
            problems.add(position, path + " is missing: " + setting.value());
            return null;
        }
        if (setting.defaultsTo().equals(Derived.DEFAULT)) {
            if (component.getType() == Optional.class) {
                return Optional.empty();
            }
            throw new IllegalStateException(path + " has a derived default, which was not filled in");
        }
        return defaultOf(setting, path, component);
    }

    private Object defaultOf(Setting setting, String path, RecordComponent component) {
        var wrong = new Problems();
        var position = Position.inFile(0, Path.of("default"), 1, 1);
        var binder = new RecordBinder(paths, wrong, special, elsewhere);
        RecipeNode node = YamlTree.ofDefault(setting.defaultsTo(), position);
        Object value = binder.read(node, path, position, component.getGenericType(), component);
        if (!wrong.isEmpty()) {
            throw new IllegalStateException(component.getDeclaringRecord().getName() + "." + component.getName()
                    + " has an impossible default: " + wrong.lines());
        }
        return value;
    }

    static Setting settingOf(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalStateException("component " + component.getName() + " of "
                    + component.getDeclaringRecord().getName() + " needs @Setting to be read from a recipe");
        }
        return setting;
    }

    /** Every read returns null after a problem. */
    private Object read(RecipeNode node, String path, Position position, Type type, RecordComponent component) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            Object value = read(node, path, position, generic.getActualTypeArguments()[0], component);
            return value == null ? null : Optional.of(value);
        }
        if (node instanceof Scalar scalar && scalar.isNull()) {
            problems.add(position, path + " has no value; give one or remove the key");
            return null;
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return readList(node, path, position, generic.getActualTypeArguments()[0], component);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            return readMap(node, path, position, generic.getActualTypeArguments()[1], component);
        }
        Class<?> wanted = (Class<?>) type;
        if (wanted.isRecord() || wanted.isAnnotationPresent(ChosenBy.class)) {
            return readBlock(node, path, position, wanted);
        }
        if (!(node instanceof Scalar scalar)) {
            problems.add(position, path + " must be " + Types.inWords(type) + ", got " + node.shown());
            return null;
        }
        return readScalar(scalar, path, position, wanted, component);
    }

    private Object readList(RecipeNode node, String path, Position position, Type of, RecordComponent component) {
        if (!(node instanceof Sequence sequence)) {
            problems.add(position, path + " must be a list, " + Types.listExample(of) + ", got " + node.shown());
            return null;
        }
        List<Object> items = new ArrayList<>();
        for (RecipeNode item : sequence.items()) {
            String itemPath = path + "[" + items.size() + "]";
            places.put(itemPath, item.position());
            items.add(read(item, itemPath, item.position(), of, component));
        }
        return items.contains(null) ? null : items;
    }

    private Object readMap(RecipeNode node, String path, Position position, Type of, RecordComponent component) {
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    position, path + " must be numbers by name, " + Types.mapExample(of) + ", got " + node.shown());
            return null;
        }
        Map<String, Object> values = new LinkedHashMap<>();
        mapping.entries().forEach((name, entry) -> {
            String valuePath = path + "." + name;
            places.put(valuePath, entry.key());
            values.put(name, read(entry.value(), valuePath, entry.key(), of, component));
        });
        return values.containsValue(null) ? null : values;
    }

    private Record readBlock(RecipeNode node, String path, Position position, Class<?> type) {
        if (!(node instanceof Mapping block)) {
            problems.add(position, path + " must be a block of keys, got " + node.shown());
            return null;
        }
        if (special.containsKey(type)) {
            return special.get(type).bind(this, block, path, position);
        }
        return type.isRecord()
                ? bind(block, path, position, type.asSubclass(Record.class))
                : readChoice(block, path, position, type);
    }

    private Record readChoice(Mapping block, String path, Position position, Class<?> sealed) {
        String key = sealed.getAnnotation(ChosenBy.class).value();
        List<String> choices = Names.choices(sealed);
        if (!block.has(key)) {
            problems.add(position, path + "." + key + " is missing: " + String.join(" or ", choices));
            return null;
        }
        Position place = block.entries().get(key).key();
        String choice = block.text(key);
        Class<? extends Record> record = Names.chosen(sealed, choice);
        if (record == null) {
            problems.add(
                    place,
                    notOneOf(path + "." + key, choices, block.entries().get(key).value()));
            return null;
        }
        Mapping rest = block.without(key);
        refuseUnknownKeys(rest, " in " + path + " with " + key + " " + choice, keysOf(record));
        return bindKnown(rest, path, position, record);
    }

    private Object readScalar(Scalar scalar, String path, Position position, Class<?> type, RecordComponent component) {
        Object value = null;
        String expected = Types.inWords(type);
        try {
            if (type.isEnum()) {
                value = constant(scalar, type);
                if (value == null) {
                    problems.add(position, notOneOf(path, Names.words(type), scalar));
                    return null;
                }
            } else if (type == Path.class) {
                value = path(scalar, path, position, component.getAnnotation(MustExist.class));
            } else {
                value = Types.parse(scalar.text(), type);
            }
        } catch (IllegalArgumentException notThat) {
            String advice = notThat.getMessage() == null ? "" : "; " + notThat.getMessage();
            problems.add(position, path + " must be " + expected + ", got " + scalar.shown() + advice);
            return null;
        }
        return value instanceof Number number && !inRange(number, scalar, path, position, component) ? null : value;
    }

    private static Object constant(Scalar scalar, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> Names.word((Enum<?>) constant).equals(scalar.text()))
                .findFirst()
                .orElse(null);
    }

    private static String notOneOf(String path, List<String> words, RecipeNode found) {
        String near = found instanceof Scalar scalar
                ? Names.nearest(scalar.text(), words)
                        .map(word -> "; did you mean '" + word + "'?")
                        .orElse("")
                : "";
        return path + " must be one of " + String.join(", ", words) + ", got " + found.shown() + near;
    }

    private boolean inRange(Number number, Scalar scalar, String path, Position position, RecordComponent component) {
        Setting setting = settingOf(component);
        double value = number.doubleValue();
        boolean tooSmall = setting.aboveMin() ? value <= setting.min() : value < setting.min();
        if (tooSmall || value > setting.max()) {
            Hint hint = component.getAnnotation(Hint.class);
            problems.add(
                    position,
                    path + " must be " + Types.range(setting, !(number instanceof Double)) + ", got " + scalar.text()
                            + (hint == null ? "" : "; " + hint.value()));
            return false;
        }
        return true;
    }

    private Path path(Scalar scalar, String path, Position position, MustExist mustExist) {
        Path written;
        try {
            written = Path.of(scalar.text());
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e.getReason(), e);
        }
        if (scalar.text().isEmpty()) {
            throw new IllegalArgumentException();
        }
        if (mustExist == null) {
            return written;
        }
        Optional<Path> found = paths.find(written, position.folder(), mustExist.value());
        if (found.isEmpty()) {
            problems.add(position, path + ": " + paths.whyNot(written, mustExist.value()));
        }
        return found.orElse(null);
    }

    private <R extends Record> R construct(
            Class<R> type, Map<String, Object> arguments, String path, Position position) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true); // a plugin's record may be package-private
            return constructor.newInstance(arguments.values().toArray());
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                refuse(refused, arguments.keySet(), path, position);
                return null;
            }
            throw new IllegalStateException("the constructor of " + type.getName() + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type.getName(), e);
        }
    }

    /** A message that begins with a key is told at that key. */
    private void refuse(IllegalArgumentException refused, Set<String> keys, String path, Position position) {
        String message = String.valueOf(refused.getMessage()).replaceAll("\\s+", " ");
        String first = message.split("[^a-z0-9_]", 2)[0];
        boolean known = keys.contains(first);
        problems.add(
                known ? place(path + "." + first).orElse(position) : position, path + (known ? "." : ": ") + message);
    }
}
