package org.scedit.core.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;

/**
 * Blocks whose {@code use} names what they are: the keys that all of them have are bound to one record, the others to
 * that of what is used.
 *
 * @param noun    what messages call such a block, {@code tuner}
 * @param used    what they call what it uses, {@code plugin}
 * @param common  the keys of all such blocks, {@code use} and {@code name} among them
 * @param configs the own keys of each, by what {@code use} says
 * @param <C>     the record of the common keys
 */
record PluginBlocks<C extends Record>(
        String noun, String used, Class<C> common, Map<String, Class<? extends Record>> configs) {
    /** What was bound. */
    record Bound<C extends Record>(C common, Record config) {}

    /**
     * Binds a block; its name is what it uses unless it has one.
     *
     * @param path     of the block
     * @param position where it begins
     * @return empty if a problem was told
     */
    Optional<Bound<C>> bind(RecordBinder binder, Mapping block, String path, Position position) {
        String use = block.text("use");
        Position place = use == null ? position : block.entries().get("use").key();
        Mapping named =
                block.has("name") ? block : block.with("name", RecipeSource.filledIn(use == null ? "" : use, place));
        C bound = binder.bindKnown(named, path, position, common);
        if (use == null) {
            binder.refuseUnknownKeys(block, " for a " + noun, keysOfAny());
            return Optional.empty();
        }
        Class<? extends Record> type = configs.get(use);
        if (type == null) {
            binder.problem(
                    place,
                    "no " + used + " is named " + Scalar.quote(use) + "; "
                            + (configs.isEmpty()
                                    ? "none is installed"
                                    : Names.suggestion(use, configs.keySet(), "there are")));
            return Optional.empty();
        }
        binder.refuseUnknownKeys(block, " for " + noun + " '" + use + "'", keysOf(use, type));
        Record config = binder.bindKnown(block, path, position, type);
        return bound == null || config == null ? Optional.empty() : Optional.of(new Bound<>(bound, config));
    }

    private List<String> keysOf(String use, Class<? extends Record> type) {
        List<String> known = new ArrayList<>(RecordBinder.keysOf(common));
        List<String> own = RecordBinder.keysOf(type);
        own.stream().filter(known::contains).findFirst().ifPresent(key -> {
            throw new IllegalStateException(
                    used + " '" + use + "' has a setting '" + key + "', which every " + noun + " has");
        });
        known.addAll(own);
        return known;
    }

    private List<String> keysOfAny() {
        Stream<String> own = configs.values().stream().flatMap(type -> RecordBinder.keysOf(type).stream());
        return Stream.concat(RecordBinder.keysOf(common).stream(), own)
                .distinct()
                .toList();
    }
}
