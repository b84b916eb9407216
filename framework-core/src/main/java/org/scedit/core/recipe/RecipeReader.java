package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.recipe.Recipe.TunerBlock;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;

/** Reads recipes: file and what it extends, overrides, binding, checks; nothing else is touched before all is right. */
public final class RecipeReader {
    /** The blocks of a recipe and their keys, to tell where a misplaced key belongs. */
    private static final Map<String, List<String>> BLOCKS = new TreeMap<>(Map.of(
            "the top level", RecordBinder.keysOf(Recipe.class),
            "'model'", RecordBinder.keysOf(Recipe.Model.class),
            "'data' with source scenes", RecordBinder.keysOf(Recipe.ScenesData.class),
            "'data' with source folder", RecordBinder.keysOf(Recipe.FolderData.class),
            "'train'", RecordBinder.keysOf(Recipe.Train.class),
            "'sample'", RecordBinder.keysOf(Recipe.Sample.class)));

    private final Map<String, TunerProvider<?>> tuners;
    private final Path workingDirectory;

    /** @param tuners the loaded plugins by id */
    public RecipeReader(Map<String, ? extends TunerProvider<?>> tuners) {
        this(tuners, Path.of(""));
    }

    /** @param workingDirectory where relative paths start */
    RecipeReader(Map<String, ? extends TunerProvider<?>> tuners, Path workingDirectory) {
        this.tuners = new TreeMap<>(tuners);
        this.workingDirectory = workingDirectory;
    }

    /**
     * Reads a recipe and checks everything that can be checked before a weight is loaded.
     *
     * @param file      the recipe, relative to the working directory
     * @param overrides {@code KEY=VALUE} each, such as {@code train.steps=500} or {@code tuners.sc-tuner.scale=0.5}
     * @return the recipe; paths that must exist do
     * @throws UserException with one line {@code file:line:column   message} for each problem, in reading order
     */
    public Recipe read(Path file, List<String> overrides) {
        var problems = new Problems();
        Optional<Mapping> loaded = new RecipeSource(workingDirectory, problems).load(file);
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        Mapping written = Overrides.apply(overrides, loaded.orElseThrow(), Position.folderOf(file), problems);
        Position top = Position.inFile(0, file, 1, 1);
        Mapping tree = withDerivedDefaults(written, file, top);
        var binder = new RecordBinder(
                new PathLookup(workingDirectory),
                problems,
                Map.of(TunerBlock.class, this::bindTuner),
                RecipeReader::home);
        Recipe recipe = binder.bind(tree, "", top, Recipe.class);
        new RecipeChecks(problems, workingDirectory, binder, tree, top).check(tuners.keySet());
        problems.throwIfAny();
        return recipe;
    }

    /** The blocks that a key belongs to: {@code 'sample' or 'train'}. */
    private static Optional<String> home(String key) {
        List<String> homes = BLOCKS.entrySet().stream()
                .filter(block -> block.getValue().contains(key))
                .map(Map.Entry::getKey)
                .toList();
        return homes.isEmpty() ? Optional.empty() : Optional.of(String.join(" or ", homes));
    }

    private Mapping withDerivedDefaults(Mapping recipe, Path file, Position top) {
        Mapping filled = recipe;
        if (!filled.has("name")) {
            String stem = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
            filled = filled.with("name", RecipeSource.filledIn(stem, top));
        }
        if (!filled.has("output")) {
            String name = filled.text("name") == null ? "unnamed" : filled.text("name");
            filled = filled.with("output", RecipeSource.filledIn("runs/" + name, top));
        }
        if (filled.has("data")
                && filled.entries().get("data").value() instanceof Mapping data
                && "scenes".equals(data.text("source"))
                && !data.has("seed")) {
            String seed = filled.text("seed");
            // a wrong seed is told where it stands, not a second time here
            boolean usable = seed != null && seed.matches("[0-9]{1,18}");
            Entry entry = filled.entries().get("data");
            filled = filled.with(
                    "data",
                    new Entry(entry.key(), data.with("seed", RecipeSource.filledIn(usable ? seed : "0", entry.key()))));
        }
        return filled;
    }

    private Record bindTuner(RecordBinder binder, Mapping block, String path, Position position) {
        String use = block.text("use");
        Position place = use == null ? position : block.entries().get("use").key();
        Mapping named =
                block.has("name") ? block : block.with("name", RecipeSource.filledIn(use == null ? "" : use, place));
        TunerBlock.Common common = binder.bindKnown(named, path, position, TunerBlock.Common.class);
        TunerProvider<?> provider = use == null ? null : tuners.get(use);
        if (provider == null) {
            if (use != null) {
                binder.problem(place, unknownPlugin(use));
            } else {
                binder.refuseUnknownKeys(block, " for a tuner", keysOfAnyTuner());
            }
            return null;
        }
        List<String> known = new ArrayList<>(RecordBinder.keysOf(TunerBlock.Common.class));
        List<String> own = RecordBinder.keysOf(provider.configType());
        own.stream().filter(known::contains).findFirst().ifPresent(key -> {
            throw new IllegalStateException("plugin '" + use + "' has a setting '" + key + "', which every tuner has");
        });
        known.addAll(own);
        binder.refuseUnknownKeys(block, " for tuner '" + use + "'", known);
        Record config = binder.bindKnown(block, path, position, provider.configType());
        return common == null || config == null
                ? null
                : new TunerBlock(common.use(), common.name(), common.scale(), common.weights(), config);
    }

    private List<String> keysOfAnyTuner() {
        Stream<String> own =
                tuners.values().stream().flatMap(tuner -> RecordBinder.keysOf(tuner.configType()).stream());
        return Stream.concat(RecordBinder.keysOf(TunerBlock.Common.class).stream(), own)
                .distinct()
                .toList();
    }

    private String unknownPlugin(String use) {
        return "no plugin is named " + Scalar.quote(use) + "; "
                + (tuners.isEmpty() ? "none is installed" : Names.suggestion(use, tuners.keySet(), "there are"));
    }
}
