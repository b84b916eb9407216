package org.scedit.core.recipe;

import java.io.StringReader;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * YAML text as {@linkplain RecipeNode nodes}. Only composed, never constructed: YAML's own typing (where {@code no} is
 * a boolean and {@code 010} is eight) does not apply. Refused: several documents, duplicate keys, merge keys, tags,
 * and aliases that contain themselves or multiply beyond reason.
 */
final class YamlTree {
    /** Far above any recipe; a few nested aliases can ask for billions. */
    private static final int MOST_VALUES = 10_000;

    private static final String STANDARD_TAGS = "tag:yaml.org,2002:";

    /** What the parser says → what to do about it. */
    private static final Map<String, String> ADVICE = Map.of(
            "mapping values are not allowed here",
                    "a second ': ' in one line; quote a text that holds ': ', or check the indentation",
            "could not find expected ':'", "a key without ': '; write KEY: VALUE",
            "found unexpected end of stream", "a quote is opened and never closed",
            "expected the node content", "a value is missing here",
            "expected <block end>", "the indentation does not fit the lines above",
            "expected ',' or ']'", "a list is opened with '[' and never closed, or a ',' is missing",
            "expected ',' or '}'", "a block is opened with '{' and never closed, or a ',' is missing",
            "found undefined alias", "an alias (*) names no anchor (&); quote a text that begins with '*'",
            "found unknown escape character",
                    "a backslash in double quotes; use single quotes or double the backslash");

    private final Position start;
    private final Problems problems;
    private final Map<Node, Node> open = new IdentityHashMap<>();
    private int values;

    private YamlTree(Position start, Problems problems) {
        this.start = start;
        this.problems = problems;
    }

    /**
     * @param start    the first character's place
     * @param problems takes what is wrong with the text
     * @return the document's tree; empty if there is none to go on with, the problem then being told
     */
    static Optional<RecipeNode> parse(String text, Position start, Problems problems) {
        return new YamlTree(start, problems).parse(text);
    }

    private Optional<RecipeNode> parse(String text) {
        if (!printable(text)) {
            return Optional.empty();
        }
        try {
            var options = new LoaderOptions();
            options.setMaxAliasesForCollections(Integer.MAX_VALUE); // counted here, where the place is known
            Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (root == null) {
                problems.add(start, "the file is empty; a recipe needs at least 'model' and 'train' or 'sample'");
                return Optional.empty();
            }
            RecipeNode tree = node(root);
            if (values > MOST_VALUES) {
                problems.add(
                        start,
                        "holds more than " + MOST_VALUES + " values once its aliases (*) are expanded; write fewer");
                return Optional.empty();
            }
            return Optional.of(tree);
        } catch (MarkedYAMLException e) {
            problems.add(position(e.getProblemMark()), words(e));
        } catch (YAMLException e) {
            problems.add(start, "is not a recipe: " + e.getMessage());
        }
        return Optional.empty();
    }

    private boolean printable(String text) {
        int line = 1;
        int column = 1;
        for (int c : text.codePoints().toArray()) {
            if (!StreamReader.isPrintable(c)) {
                problems.add(start.at(line, column), String.format("a control character (code %d); remove it", c));
                return false;
            }
            column = c == '\n' ? 1 : column + 1;
            line += c == '\n' ? 1 : 0;
        }
        return true;
    }

    private RecipeNode node(Node node) {
        Position position = position(node.getStartMark());
        if (++values > MOST_VALUES) {
            return new Scalar("", true, position);
        }
        if (!standard(node.getTag())) {
            problems.add(position, tag(node.getTag().getValue()));
        }
        if (node instanceof ScalarNode scalar) {
            return new Scalar(scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN, position);
        }
        if (open.put(node, node) != null) {
            problems.add(position, "contains itself through an alias (*); write it out");
            return new Scalar("", true, position);
        }
        RecipeNode tree = node instanceof SequenceNode sequence
                ? new Sequence(sequence.getValue().stream().map(this::node).toList(), position)
                : mapping((MappingNode) node, position);
        open.remove(node);
        return tree;
    }

    private static String tag(String tag) {
        return "the tag '" + tag.replace(STANDARD_TAGS, "!!") + "' means nothing in a recipe; remove it";
    }

    private static boolean standard(Tag tag) {
        return tag.getValue().startsWith(STANDARD_TAGS)
                && !tag.getValue().substring(STANDARD_TAGS.length()).matches("java.*|python.*");
    }

    private Mapping mapping(MappingNode node, Position position) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : node.getValue()) {
            Position place = position(tuple.getKeyNode().getStartMark());
            if (!(tuple.getKeyNode() instanceof ScalarNode key)
                    || key.getValue().isBlank()) {
                problems.add(place, "a key must be a plain word");
            } else if (key.getTag().equals(Tag.MERGE)) {
                problems.add(place, "'<<' is not read in recipes; write the keys out, or share a file by 'extends'");
            } else if (entries.containsKey(key.getValue())) {
                Position first = entries.get(key.getValue()).key();
                problems.add(
                        place,
                        "duplicate key " + Scalar.quote(key.getValue()) + ", first given at line " + first.line()
                                + "; keep one");
            } else {
                entries.put(key.getValue(), new Entry(place, node(tuple.getValueNode())));
            }
        }
        return new Mapping(entries, position);
    }

    private Position position(Mark mark) {
        return mark == null ? start : start.at(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String words(MarkedYAMLException e) {
        String problem = e.getProblem() == null ? e.getMessage() : e.getProblem();
        if (problem.contains("(TAB)")) {
            return "a tab; indent with spaces";
        }
        if (problem.startsWith("Global tag is not allowed: ")) {
            return tag(problem.substring("Global tag is not allowed: ".length()));
        }
        if (e.getContext() != null && e.getContext().contains("expected a single document")) {
            return "a second document begins here; a recipe is one, remove the '---'";
        }
        return ADVICE.entrySet().stream()
                .filter(advice -> problem.startsWith(advice.getKey()))
                .findFirst()
                .map(advice -> "not valid YAML: " + advice.getValue())
                .orElse("not valid YAML: "
                        + problem.lines().findFirst().orElse("").strip());
    }

    /** The nodes of a default such as {@code [0.9, 0.999]}. */
    static RecipeNode ofDefault(String yaml, Position position) {
        var problems = new Problems();
        return parse(yaml, position, problems)
                .filter(node -> problems.isEmpty())
                .orElseThrow(() -> new IllegalArgumentException(
                        "the default " + yaml + " is not YAML: " + String.join("; ", List.copyOf(problems.lines()))));
    }
}
