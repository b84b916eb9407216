package org.scedit.core.recipe;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.hook.Scale;
import org.scedit.core.recipe.Recipe.ConditionBlock;
import org.scedit.core.recipe.Recipe.Controls;
import org.scedit.core.recipe.Recipe.MeasureBlock;
import org.scedit.core.recipe.Recipe.TunerBlock;
import org.scedit.core.recipe.RecipeNode.Entry;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Scalar;
import org.scedit.core.recipe.RecipeNode.Sequence;

/** Reads recipes: file and what it extends, overrides, binding, checks; nothing else is touched before all is right. */
public final class RecipeReader {
    /** The blocks of a recipe and their keys, to tell where a misplaced key belongs. */
    private static final Map<String, List<String>> BLOCKS = new TreeMap<>(Map.of(
            "the top level", RecordBinder.keysOf(Recipe.class),
            "'model'", RecordBinder.keysOf(Recipe.Model.class),
            "'data' with source scenes", RecordBinder.keysOf(Recipe.ScenesData.class),
            "'data' with source folder", RecordBinder.keysOf(Recipe.FolderData.class),
            "'validation'", RecordBinder.keysOf(Recipe.Validation.class),
            "'train'", RecordBinder.keysOf(Recipe.Train.class),
            "'sample'", RecordBinder.keysOf(Recipe.Sample.class),
            "'evaluate'", RecordBinder.keysOf(Recipe.Evaluate.class),
            "'evaluate.features'", RecordBinder.keysOf(Recipe.Features.class)));

    private final PluginBlocks<TunerBlock.Common> tuners;
    private final PluginBlocks<ConditionBlock.Common> conditions;
    private final PluginBlocks<MeasureBlock.Common> measures;
    private final Set<String> annotators;
    private final Path workingDirectory;

    /**
     * For recipes without conditions and measures.
     *
     * @param tuners the loaded plugins by id
     */
    public RecipeReader(Map<String, ? extends TunerProvider<?>> tuners) {
        this(tuners, Map.of());
    }

    /**
     * For recipes without measures.
     *
     * @param tuners     the loaded tuners by id
     * @param annotators the loaded annotators by id
     */
    public RecipeReader(
            Map<String, ? extends TunerProvider<?>> tuners, Map<String, ? extends Annotator<?>> annotators) {
        this(tuners, annotators, Map.of());
    }

    /**
     * @param tuners     the loaded tuners by id
     * @param annotators the loaded annotators by id
     * @param measures   the loaded measures by id
     */
    public RecipeReader(
            Map<String, ? extends TunerProvider<?>> tuners,
            Map<String, ? extends Annotator<?>> annotators,
            Map<String, ? extends Measure<?>> measures) {
        this(tuners, annotators, measures, Path.of(""));
    }

    /** @param workingDirectory where relative paths start */
    RecipeReader(
            Map<String, ? extends TunerProvider<?>> tuners,
            Map<String, ? extends Annotator<?>> annotators,
            Map<String, ? extends Measure<?>> measures,
            Path workingDirectory) {
        Map<String, Class<? extends Record>> tunerConfigs = new TreeMap<>();
        tuners.forEach((id, provider) -> tunerConfigs.put(id, provider.configType()));
        this.tuners = new PluginBlocks<>("tuner", "plugin", TunerBlock.Common.class, tunerConfigs);
        Map<String, Class<? extends Record>> maps = new TreeMap<>();
        annotators.forEach((id, annotator) -> maps.put(id, annotator.configType()));
        this.annotators = Set.copyOf(maps.keySet());
        maps.put("file", Recipe.FileMaps.class);
        maps.put("scene", Recipe.SceneMaps.class);
        conditions = new PluginBlocks<>("condition", "annotator", ConditionBlock.Common.class, maps);
        Map<String, Class<? extends Record>> measureConfigs = new TreeMap<>();
        measures.forEach((id, measure) -> measureConfigs.put(id, measure.configType()));
        this.measures = new PluginBlocks<>("measure", "measure", MeasureBlock.Common.class, measureConfigs);
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
        Mapping written = load(file, overrides, problems);
        if (written.has(SweepReader.KEY)) {
            problems.add(
                    written.entries().get(SweepReader.KEY).key(),
                    "sweep makes many runs of the recipe; do them by scedit ablate " + file + ", or leave it out");
            written = written.without(SweepReader.KEY);
        }
        Recipe recipe = bind(written, file, problems);
        problems.throwIfAny();
        return recipe;
    }

    /**
     * Reads a recipe with a {@code sweep} block and checks every run of it as {@link #read} does.
     *
     * @param mostCells how many runs are wanted at most
     * @return the sweep; empty for a recipe without such a block
     * @throws UserException as {@link #read}
     */
    public Optional<Sweep> readSweep(Path file, List<String> overrides, int mostCells) {
        var problems = new Problems();
        Mapping written = withDerivedNames(load(file, overrides, problems), file, Position.inFile(0, file, 1, 1));
        if (!written.has(SweepReader.KEY)) {
            return Optional.empty();
        }
        Set<String> overridden = overrides.stream()
                .map(override -> override.split("=", 2)[0].strip())
                .collect(Collectors.toSet());
        Sweep sweep = new SweepReader(problems, (recipe, own) -> bind(recipe, file, own))
                .read(written, overridden, mostCells);
        problems.throwIfAny();
        return Optional.of(sweep);
    }

    private Mapping load(Path file, List<String> overrides, Problems problems) {
        Optional<Mapping> loaded = new RecipeSource(workingDirectory, problems).load(file);
        if (loaded.isEmpty()) {
            problems.throwIfAny();
        }
        return Overrides.apply(overrides, loaded.orElseThrow(), Position.folderOf(file), problems);
    }

    /** @return null, or a recipe that must not be used, after a problem */
    private Recipe bind(Mapping written, Path file, Problems problems) {
        Position top = Position.inFile(0, file, 1, 1);
        Mapping tree = withDerivedDefaults(written, file, top);
        var binder = new RecordBinder(
                new PathLookup(workingDirectory),
                problems,
                Map.of(
                        TunerBlock.class, this::bindTuner,
                        ConditionBlock.class, this::bindCondition,
                        MeasureBlock.class, this::bindMeasure,
                        Controls.class, this::bindControls),
                RecipeReader::home);
        Recipe recipe = binder.bind(tree, "", top, Recipe.class);
        new RecipeChecks(problems, workingDirectory, binder, tree, top)
                .check(tuners.configs().keySet(), annotators);
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

    private static Mapping withDerivedNames(Mapping recipe, Path file, Position top) {
        Mapping filled = recipe;
        if (!filled.has("name")) {
            String stem = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
            filled = filled.with("name", RecipeSource.filledIn(stem, top));
        }
        if (!filled.has("output")) {
            String name = filled.text("name") == null ? "unnamed" : filled.text("name");
            filled = filled.with("output", RecipeSource.filledIn("runs/" + name, top));
        }
        return filled;
    }

    private static Mapping withDerivedDefaults(Mapping recipe, Path file, Position top) {
        Mapping filled = withDerivedNames(recipe, file, top);
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
        return withMeasureBlocks(withoutEmbeddedFeatures(filled));
    }

    /** {@code features: embedded} says what is so without it. */
    private static Mapping withoutEmbeddedFeatures(Mapping recipe) {
        if (!recipe.has("evaluate")
                || !(recipe.entries().get("evaluate").value() instanceof Mapping evaluate)
                || !"embedded".equals(evaluate.text("features"))) {
            return recipe;
        }
        return recipe.with(
                "evaluate", new Entry(recipe.entries().get("evaluate").key(), evaluate.without("features")));
    }

    /** A measure that is given as its id alone is the block with that id. */
    private static Mapping withMeasureBlocks(Mapping recipe) {
        if (!recipe.has("evaluate")
                || !(recipe.entries().get("evaluate").value() instanceof Mapping evaluate)
                || !evaluate.has("measures")
                || !(evaluate.entries().get("measures").value() instanceof Sequence measures)) {
            return recipe;
        }
        List<RecipeNode> blocks = new ArrayList<>();
        for (RecipeNode item : measures.items()) {
            blocks.add(
                    item instanceof Scalar id && !id.isNull()
                            ? new Mapping(Map.of("use", new Entry(id.position(), id)), id.position())
                            : item);
        }
        Entry list = new Entry(evaluate.entries().get("measures").key(), new Sequence(blocks, measures.position()));
        return recipe.with(
                "evaluate", new Entry(recipe.entries().get("evaluate").key(), evaluate.with("measures", list)));
    }

    private Record bindTuner(RecordBinder binder, Mapping block, String path, Position position) {
        Optional<Entry> course =
                Optional.ofNullable(block.entries().get("scale")).filter(scale -> scale.value() instanceof Mapping);
        Optional<Scale> scale = course.flatMap(entry -> Optional.ofNullable(
                        binder.bind((Mapping) entry.value(), path + ".scale", entry.key(), ScaleCourse.class)))
                .map(ScaleCourse::scale);
        boolean wrong = course.isPresent() && scale.isEmpty();
        return tuners.bind(binder, course.isPresent() ? block.without("scale") : block, path, position)
                .filter(bound -> !wrong)
                .map(bound -> new TunerBlock(
                        bound.common().use(),
                        bound.common().name(),
                        scale.orElseGet(() -> Scale.of(bound.common().scale())),
                        bound.common().weights(),
                        bound.common().merge(),
                        bound.config()))
                .orElse(null);
    }

    private Record bindCondition(RecordBinder binder, Mapping block, String path, Position position) {
        return conditions
                .bind(binder, block, path, position)
                .map(bound -> new ConditionBlock(
                        bound.common().use(),
                        bound.common().name(),
                        bound.common().dropout(),
                        bound.config()))
                .orElse(null);
    }

    private Record bindMeasure(RecordBinder binder, Mapping block, String path, Position position) {
        Mapping named = block;
        if (block.text("use") != null && !block.has("name")) {
            String name = MeasureBlock.defaultName(block.text("use"), Optional.ofNullable(block.text("condition")));
            named = block.with(
                    "name",
                    RecipeSource.filledIn(name, block.entries().get("use").key()));
        }
        return measures.bind(binder, named, path, position)
                .map(bound -> new MeasureBlock(
                        bound.common().use(),
                        bound.common().name(),
                        bound.common().condition(),
                        bound.common().count(),
                        bound.config()))
                .orElse(null);
    }

    private Record bindControls(RecordBinder binder, Mapping block, String path, Position position) {
        Map<String, Path> paths = new LinkedHashMap<>();
        block.entries().forEach((name, entry) -> control(binder, block.text(name), path + "." + name, entry)
                .ifPresent(found -> paths.put(name, found)));
        return paths.size() < block.entries().size() ? null : new Controls(paths);
    }

    private Optional<Path> control(RecordBinder binder, String written, String path, Entry entry) {
        var kind = MustExist.Kind.FILE_OR_FOLDER;
        try {
            if (written != null && !written.isEmpty()) {
                var paths = new PathLookup(workingDirectory);
                Optional<Path> found = paths.find(Path.of(written), entry.key().folder(), kind);
                if (found.isEmpty()) {
                    binder.problem(entry.key(), path + ": " + paths.whyNot(Path.of(written), kind));
                }
                return found;
            }
        } catch (InvalidPathException e) {
            // told below, like a list
        }
        binder.problem(
                entry.key(),
                path + " must be the path of a picture or of a folder of pictures, got "
                        + entry.value().shown());
        return Optional.empty();
    }
}
