package org.scedit.core.recipe;

import java.util.Map;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/** Writes a tree as YAML in block style, as it was written but for comments: the same bytes for equal trees. */
final class NodeWriter {
    private final StringBuilder yaml = new StringBuilder();

    private NodeWriter() {}

    static String write(Mapping tree) {
        var writer = new NodeWriter();
        writer.mapping(tree, 0, "");
        return writer.yaml.toString();
    }

    private void mapping(Mapping block, int indent, String indentOfFirst) {
        String pad = indentOfFirst;
        for (Map.Entry<String, Entry> each : block.entries().entrySet()) {
            yaml.append(pad).append(RecipeWriter.text(each.getKey())).append(':');
            RecipeNode value = each.getValue().value();
            if (value instanceof Scalar || isEmpty(value)) {
                yaml.append(' ').append(single(value)).append('\n');
            } else {
                yaml.append('\n');
                block(value, indent + 2, " ".repeat(indent + 2));
            }
            pad = " ".repeat(indent);
        }
    }

    private void block(RecipeNode node, int indent, String indentOfFirst) {
        if (node instanceof Mapping block) {
            mapping(block, indent, indentOfFirst);
            return;
        }
        String pad = indentOfFirst;
        for (RecipeNode item : ((Sequence) node).items()) {
            yaml.append(pad).append("- ");
            if (item instanceof Scalar || isEmpty(item)) {
                yaml.append(single(item)).append('\n');
            } else {
                block(item, indent + 2, "");
            }
            pad = " ".repeat(indent);
        }
    }

    private static boolean isEmpty(RecipeNode node) {
        return node instanceof Mapping block && block.entries().isEmpty()
                || node instanceof Sequence list && list.items().isEmpty();
    }

    private static String single(RecipeNode node) {
        if (node instanceof Scalar scalar) {
            return scalar.quoted() ? RecipeWriter.quoted(scalar.text()) : scalar.text();
        }
        return node instanceof Mapping ? "{}" : "[]";
    }
}
