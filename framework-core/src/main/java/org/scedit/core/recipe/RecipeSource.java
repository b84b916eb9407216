package org.scedit.core.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;

/**
 * A recipe's file and all that it extends, merged into one tree in which every value keeps its own place. Blocks merge
 * key by key; everything else, lists included, replaces what is extended.
 */
final class RecipeSource {
    private static final String EXTENDS = "extends";
    private static final int LARGEST_FILE = 1 << 20;

    /** By the path of a key, the keys of its block that it replaces where another recipe gave them. */
    private static final Map<String, List<String>> REPLACED = Map.of(
            "train.steps", List.of("epochs"),
            "train.epochs", List.of("steps"),
            "sample.prompts", List.of("count"),
            "sample.count", List.of("prompts"),
            // revision and commit say more of one hub's model, and nothing of another
            "model.path", List.of("hub", "revision", "commit"),
            "model.hub", List.of("path", "revision", "commit"),
            "model.revision", List.of("commit"));

    /** A block whose value here changes is another block, with other keys. */
    private static final Map<String, String> CHOICES =
            Map.of("data", Recipe.Data.class.getAnnotation(ChosenBy.class).value());

    private final Path workingDirectory;
    private final Problems problems;
    private int files;

    RecipeSource(Path workingDirectory, Problems problems) {
        this.workingDirectory = workingDirectory;
        this.problems = problems;
    }

    /** The merged tree; empty if a file cannot be read at all, the problem then being told. */
    Optional<Mapping> load(Path file) {
        return load(file, Position.ofWholeFile(file), List.of());
    }

    /**
     * @param from  the place that names the file
     * @param chain the files that led here
     */
    private Optional<Mapping> load(Path file, Position from, List<Path> chain) {
        if (chain.contains(file)) {
            String circle = Stream.concat(chain.subList(chain.indexOf(file), chain.size()).stream(), Stream.of(file))
                    .map(Path::toString)
                    .collect(Collectors.joining(" -> "));
            problems.add(from, "extends makes a circle: " + circle + "; remove one of them");
            return Optional.empty();
        }
        var start = Position.inFile(files++, file, 1, 1);
        return text(file, from, start, chain.isEmpty())
                .flatMap(text -> YamlTree.parse(text, start, problems))
                .flatMap(tree -> {
                    if (tree instanceof Mapping mapping) {
                        return Optional.of(mapping);
                    }
                    problems.add(tree.position(), "a recipe is a block of keys, got " + tree.shown());
                    return Optional.empty();
                })
                .flatMap(mapping -> extended(mapping, file, chain));
    }

    private Optional<Mapping> extended(Mapping mapping, Path file, List<Path> chain) {
        if (!mapping.has(EXTENDS)) {
            return Optional.of(mapping);
        }
        Position place = mapping.entries().get(EXTENDS).key();
        String name = mapping.text(EXTENDS);
        if (name == null || name.isEmpty()) {
            problems.add(
                    place,
                    "extends must be the name of one recipe, got "
                            + mapping.entries().get(EXTENDS).value().shown());
            return Optional.empty();
        }
        List<Path> longer = new ArrayList<>(chain);
        longer.add(file);
        try {
            return load(Position.folderOf(file).resolve(name).normalize(), place, longer)
                    .map(base -> merge(mapping.without(EXTENDS), base, ""));
        } catch (InvalidPathException e) {
            problems.add(place, "extends must be the name of one recipe, got " + Scalar.quote(name));
            return Optional.empty();
        }
    }

    private static Mapping merge(Mapping over, Mapping base, String path) {
        String choice = CHOICES.get(path);
        if (choice != null && over.has(choice) && isOtherText(over.entries().get(choice), base.text(choice))) {
            return over;
        }
        Mapping merged = new Mapping(base.entries(), over.position());
        for (Map.Entry<String, Entry> entry : over.entries().entrySet()) {
            merged = put(merged, entry.getKey(), entry.getValue(), path);
        }
        return merged;
    }

    /** Sets a key of a block, merging blocks and dropping what the key replaces. */
    static Mapping put(Mapping block, String key, Entry entry, String path) {
        Mapping changed = block;
        String keyPath = path.isEmpty() ? key : path + "." + key;
        for (String other : REPLACED.getOrDefault(keyPath, List.of())) {
            // a block that itself names both is a mistake to be told, not to be settled here
            if (block.has(other) && !block.entries().get(other).key().sameLayer(entry.key())) {
                changed = changed.without(other);
            }
        }
        if (key.equals(CHOICES.get(path)) && isOtherText(entry, block.text(key))) {
            return new Mapping(Map.of(key, entry), block.position());
        }
        if (block.has(key)
                && entry.value() instanceof Mapping over
                && block.entries().get(key).value() instanceof Mapping base) {
            return changed.with(key, new Entry(entry.key(), merge(over, base, keyPath)));
        }
        return changed.with(key, entry);
    }

    private static boolean isOtherText(Entry entry, String before) {
        return !(entry.value() instanceof Scalar scalar && scalar.text().equals(before));
    }

    private Optional<String> text(Path file, Position from, Position start, boolean top) {
        Path there = workingDirectory.resolve(file);
        if (Files.isDirectory(there)) {
            problems.add(from, "'" + file + "' is a folder, a recipe is a file");
            return Optional.empty();
        }
        if (!Files.exists(there)) {
            problems.add(from, missing(file, top));
            return Optional.empty();
        }
        byte[] bytes;
        try {
            if (Files.size(there) > LARGEST_FILE) {
                problems.add(from, "'" + file + "' is larger than 1 MiB, so it is no recipe");
                return Optional.empty();
            }
            bytes = Files.readAllBytes(there);
        } catch (IOException e) {
            problems.add(from, "'" + file + "' cannot be read: " + e.getMessage());
            return Optional.empty();
        }
        return decoded(bytes, start);
    }

    private Optional<String> decoded(byte[] bytes, Position start) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        try {
            var result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
            if (result.isError()) {
                result.throwException();
            }
            String text = out.flip().toString();
            return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
        } catch (CharacterCodingException e) {
            int line = (int) out.flip().chars().filter(c -> c == '\n').count() + 1;
            problems.add(start.at(line, 1), "is not UTF-8 text in this line; save the recipe as UTF-8");
            return Optional.empty();
        }
    }

    private String missing(Path file, boolean top) {
        List<String> recipes = recipesBeside(file);
        String said = top ? "there is no such recipe" : "extends names '" + file + "', which does not exist";
        return recipes.isEmpty()
                ? said + "; its folder holds no recipe"
                : said + "; "
                        + Names.nearest(file.getFileName().toString(), recipes)
                                .map(near -> "did you mean '" + file.resolveSibling(near) + "'?")
                                .orElse("its folder holds " + String.join(", ", recipes));
    }

    private List<String> recipesBeside(Path file) {
        Path folder = workingDirectory.resolve(file).toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> siblings = Files.list(folder)) {
            return siblings.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml") || name.endsWith(".yml"))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // a suggestion less; the problem itself is told anyway
        }
    }

    /** A text that the reader fills in where the recipe says nothing. */
    static Entry filledIn(String text, Position position) {
        return new Entry(position, new Scalar(text, true, position));
    }
}
