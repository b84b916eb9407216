package org.scedit.core.recipe;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.engine.Precision;
import org.scedit.core.recipe.Recipe.Task;
import org.scedit.core.recipe.Recipe.Weights;
import org.scedit.core.recipe.RecipeNode.Mapping;
import org.scedit.core.recipe.RecipeNode.Sequence;

/**
 * Checks across the keys of a recipe. Each looks only at the values it needs, so that a mistake elsewhere does not hide
 * it; a value that could not be bound has its own problem and is passed over here.
 */
final class RecipeChecks {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final Pattern BLOCK_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    private final Problems problems;
    private final Path workingDirectory;
    private final RecordBinder bound;
    private final Mapping tree;
    private final Position top;
    private final boolean trains;

    /**
     * @param bound what could be bound
     * @param tree  what was written
     * @param top   the recipe's beginning
     */
    RecipeChecks(Problems problems, Path workingDirectory, RecordBinder bound, Mapping tree, Position top) {
        this.problems = problems;
        this.workingDirectory = workingDirectory;
        this.bound = bound;
        this.tree = tree;
        this.top = top;
        this.trains = tree.has("train");
    }

    /**
     * @param plugins    ids of the tuners there are
     * @param annotators ids of the annotators there are
     */
    void check(Set<String> plugins, Set<String> annotators) {
        checkNames();
        checkOutput();
        checkSingleFile();
        checkPurpose();
        Optional<Task> task = bound.value("task", Task.class);
        if (task.equals(Optional.of(Task.AUTOENCODER))) {
            checkWhole("autoencoder", "autoencoder", "reads no captions");
        } else if (task.equals(Optional.of(Task.FEATURES))) {
            checkWhole("features", "feature network", "leaves the text encoder as it is");
            checkFeatures();
        } else if (task.isPresent()) {
            checkTuning(plugins);
        }
        checkTuners();
        checkConditions();
        checkControls(annotators);
        checkStart();
        checkSampler();
        checkSteps();
        checkBlockNames("evaluate.measures");
        new MeasuringChecks(bound, tree, this::tell).check();
    }

    private void checkNames() {
        bound.value("name", String.class)
                .filter(name -> !FILE_NAME.matcher(name).matches())
                .ifPresent(name -> tell(
                        "name",
                        "name must be made of letters, digits, '.', '_' and '-', got "
                                + RecipeNode.Scalar.quote(name)));
    }

    private void checkOutput() {
        bound.value("output", Path.class).ifPresent(output -> {
            Path there = workingDirectory.resolve(output);
            if (Files.exists(there) && !Files.isDirectory(there)) {
                tell("output", "output: '" + output + "' is a file, a folder is needed");
            }
            for (String input : List.of("model.path", "data.path")) {
                bound.value(input, Path.class)
                        .filter(path -> same(path, output))
                        .ifPresent(
                                path -> tell("output", "output is the same folder as " + input + "; choose another"));
            }
        });
    }

    private boolean same(Path one, Path other) {
        return workingDirectory
                .resolve(one)
                .toAbsolutePath()
                .normalize()
                .equals(workingDirectory.resolve(other).toAbsolutePath().normalize());
    }

    /** What writes a whole model copies the folder it came from. */
    private void checkSingleFile() {
        boolean file = bound.value("model.path", Path.class)
                .filter(path -> Files.isRegularFile(workingDirectory.resolve(path)))
                .isPresent();
        boolean whole = bound.value("task", Task.class).equals(Optional.of(Task.AUTOENCODER))
                || bound.value("model.weights", Weights.class).equals(Optional.of(Weights.RANDOM))
                || bound.value("train.text_encoder", Boolean.class).equals(Optional.of(true));
        if (file && whole) {
            tell(
                    "model.path",
                    "model.path must be a folder in diffusers' layout where more than tuners is trained, as the whole"
                            + " model is written like it; got a single file");
        }
    }

    private void checkPurpose() {
        if (!trains && !tree.has("sample")) {
            problems.add(top, "there is nothing to do; give 'train', 'sample' or both");
        }
        if (trains && !tree.has("data")) {
            tell("train", "train needs pictures; give 'data' with source scenes or folder");
        }
        if (!trains) {
            bound.value("sample.every", Integer.class)
                    .filter(every -> every > 0)
                    .ifPresent(every -> tell(
                            "sample.every",
                            "sample.every counts steps of training, and the recipe has no 'train'; remove it"));
        }
    }

    /**
     * A task that trains a part as a whole, without tuners.
     *
     * @param task     its word in recipes
     * @param part     what it trains
     * @param captions what it does with captions
     */
    private void checkWhole(String task, String part, String captions) {
        if (!trains && tree.has("sample")) {
            tell("task", "task " + task + " needs 'train'");
        }
        if (items("tuners") > 0) {
            tell("tuners", "task " + task + " trains the whole " + part + " and takes no tuners; leave out 'tuners'");
        }
        if (items("conditions") > 0) {
            tell("conditions", "task " + task + " has no tuners to take conditions; leave out 'conditions'");
        }
        if (tree.has("sample")) {
            String article = part.startsWith("a") ? "an " : "a ";
            tell("sample", article + part + " draws nothing from prompts; leave out 'sample' for task " + task);
        }
        bound.value("train.text_encoder", Boolean.class)
                .filter(given -> given)
                .ifPresent(given -> tell(
                        "train.text_encoder",
                        "train.text_encoder must be false for task " + task + ", which " + captions));
        bound.value("model.precision", Precision.class)
                .filter(precision -> precision != Precision.FLOAT32)
                .ifPresent(precision -> tell(
                        "model.precision",
                        "model.precision must be float32 for task " + task + ", whose weights are all trained, got "
                                + Names.word(precision)));
    }

    private void checkFeatures() {
        if (bound.value("model.weights", Weights.class).equals(Optional.of(Weights.RANDOM))) {
            tell(
                    "model.weights",
                    "model.weights must be pretrained for task features: the network, always trained from nothing,"
                            + " learns to agree with the model's text encoder");
        }
        if (written("data") instanceof Mapping data && "folder".equals(data.text("source"))) {
            tell("data.source", "task features needs the scenes behind the pictures; give data source scenes");
        }
    }

    private void checkTuning(Set<String> plugins) {
        if (trains && listsNoTuner()) {
            String installed = plugins.isEmpty() ? "none is installed" : "there are " + String.join(", ", plugins);
            tell(
                    tree.has("tuners") ? "tuners" : "train",
                    "task tune needs at least one tuner under 'tuners'; " + installed);
        }
        boolean full = false;
        for (int i = 0; i < items("tuners"); i++) {
            full |= bound.value("tuners[" + i + "].use", String.class).equals(Optional.of("full"));
        }
        if (!full && bound.value("train.text_encoder", Boolean.class).equals(Optional.of(true))) {
            tell("train.text_encoder", "train.text_encoder trains the model's own weights, so it needs a tuner 'full'");
        }
    }

    private boolean listsNoTuner() {
        return !tree.has("tuners")
                || tree.entries().get("tuners").value() instanceof Sequence list
                        && list.items().isEmpty();
    }

    /** How many items a list has, {@code tuners} or {@code evaluate.measures}; 0 where there is none. */
    private int items(String path) {
        RecipeNode found = tree;
        for (String key : path.split("\\.")) {
            found = found instanceof Mapping block && block.has(key)
                    ? block.entries().get(key).value()
                    : null;
        }
        return found instanceof Sequence list ? list.items().size() : 0;
    }

    private void checkTuners() {
        checkBlockNames("tuners");
        for (int i = 0; i < items("tuners"); i++) {
            String tuner = "tuners[" + i + "]";
            boolean fresh = bound.value(tuner + ".weights", Path.class).isEmpty()
                    && bound.place(tuner + ".weights").isEmpty();
            if (!trains && tree.has("sample") && fresh) {
                tell(
                        tuner,
                        tuner
                                + " is fresh and the recipe has no 'train', so it would change nothing; give its"
                                + " weights");
            }
            if (bound.value(tuner + ".merge", Boolean.class).equals(Optional.of(true))) {
                checkMerge(tuner);
            }
            if (trains && bound.value(tuner + ".scale", Double.class).equals(Optional.of(0.0))) {
                tell(
                        tuner + ".scale",
                        tuner + ".scale is 0, so training could not change the tuner; leave it out or raise it");
            }
            if (trains && beginsAtZero(tuner)) {
                tell(
                        tuner + (bound.place(tuner + ".scale.from").isPresent() ? ".scale.from" : ".scale.points"),
                        tuner + ".scale is 0 at the first step, which is the scale of training, so training could not"
                                + " change the tuner; raise it");
            }
        }
    }

    private void checkMerge(String tuner) {
        if (trains) {
            tell(
                    tuner + ".merge",
                    tuner + ".merge is for recipes that only draw: what is in the U-Net's weights cannot be trained;"
                            + " remove it, or 'train'");
        }
        boolean course = bound.place(tuner + ".scale.from").isPresent()
                || bound.place(tuner + ".scale.points").isPresent();
        if (course) {
            tell(
                    tuner + ".merge",
                    tuner
                            + ".merge needs one scale: the U-Net's weights are the same at every denoising step; remove it,"
                            + " or give one number");
        }
    }

    private boolean beginsAtZero(String tuner) {
        if (bound.value(tuner + ".scale.from", Double.class).equals(Optional.of(0.0))) {
            return true;
        }
        return bound.value(tuner + ".scale.points", List.class)
                .filter(points -> !points.isEmpty() && points.get(0) instanceof List<?> pair && pair.size() == 2)
                .map(points -> ((List<?>) points.get(0)).get(1).equals(0.0))
                .orElse(false);
    }

    /** The names of the blocks of a list: well made, and each only once. */
    private void checkBlockNames(String list) {
        Map<String, String> owners = new HashMap<>();
        for (int i = 0; i < items(list); i++) {
            String block = list + "[" + i + "]";
            Optional<String> name = bound.value(block + ".name", String.class);
            if (name.isPresent() && bound.value(block + ".use", String.class).isPresent()) {
                checkBlockName(name.get(), block, owners.putIfAbsent(name.get(), block));
            }
        }
    }

    private void checkBlockName(String name, String block, String owner) {
        if (!BLOCK_NAME.matcher(name).matches()) {
            tell(
                    block + ".name",
                    block + ".name must be made of letters, digits, '_' and '-', got " + RecipeNode.Scalar.quote(name));
        } else if (owner != null) {
            tell(block + ".name", block + " has the name '" + name + "' of " + owner + "; give it another 'name'");
        }
    }

    private void checkConditions() {
        checkBlockNames("conditions");
        String source = written("data") instanceof Mapping data ? data.text("source") : null;
        for (int i = 0; i < items("conditions"); i++) {
            String condition = "conditions[" + i + "]";
            Optional<String> use = bound.value(condition + ".use", String.class);
            if (use.equals(Optional.of("scene")) && "folder".equals(source)) {
                tell(
                        condition + ".use",
                        condition + " uses scene, whose maps exist for data source scenes only; use an annotator, or"
                                + " file with ready maps");
            }
            if (use.equals(Optional.of("file")) && "scenes".equals(source)) {
                tell(
                        condition + ".use",
                        condition + " uses file, whose maps belong to the files of data source folder; use scene or an"
                                + " annotator");
            }
        }
    }

    private void checkControls(Set<String> annotators) {
        if (!(written("sample") instanceof Mapping sample)) {
            return;
        }
        Mapping controls =
                sample.has("controls") && sample.entries().get("controls").value() instanceof Mapping given
                        ? given
                        : new Mapping(Map.of(), top);
        if (controls.entries().isEmpty()
                && bound.value("sample.preprocessed", Boolean.class).equals(Optional.of(true))) {
            tell("sample.preprocessed", "sample.preprocessed tells of 'controls', and there are none; remove it");
        }
        if (!controls.entries().isEmpty() && sample.has("count")) {
            tell(
                    "sample.controls",
                    "sample.controls goes with prompts; with count the maps are those of the scenes; remove it");
        }
        Set<String> known = new TreeSet<>(annotators);
        for (int i = 0; i < items("conditions"); i++) {
            bound.value("conditions[" + i + "].name", String.class).ifPresent(known::add);
        }
        controls.entries().forEach((name, entry) -> {
            if (!known.contains(name)) {
                problems.add(
                        entry.key(),
                        "sample.controls: no condition is named " + RecipeNode.Scalar.quote(name) + "; "
                                + (known.isEmpty()
                                        ? "the recipe has no 'conditions'"
                                        : Names.suggestion(name, known, "there are")));
            }
        });
    }

    private void checkStart() {
        if (!(written("sample") instanceof Mapping sample) || sample.has("image")) {
            return;
        }
        for (String key : List.of("strength", "mask")) {
            if (sample.has(key)) {
                tell(
                        "sample." + key,
                        "sample." + key + " goes with a picture to start from; give sample.image, or remove it");
            }
        }
    }

    private void checkSampler() {
        bound.value("sample.sampler", SamplerName.class)
                .filter(sampler -> !sampler.canSpaceSigmas())
                .filter(sampler -> bound.value("sample.karras", Boolean.class).equals(Optional.of(true)))
                .ifPresent(sampler -> tell(
                        "sample.karras",
                        "sample.karras is for samplers that go by noise level, and " + sampler.word()
                                + " goes by timestep; remove it, or use another sampler, such as dpm++-2m or euler"));
    }

    /** What is written at a key of the top level; null for nothing. */
    private RecipeNode written(String key) {
        return tree.has(key) ? tree.entries().get(key).value() : null;
    }

    private void checkSteps() {
        Optional<Integer> steps = bound.value("train.steps", Integer.class);
        Optional<Integer> warmup = bound.value("train.warmup", Integer.class);
        if (steps.isPresent() && warmup.isPresent() && warmup.get() > steps.get()) {
            tell("train.warmup", "train.warmup must be at most train.steps, " + steps.get() + ", got " + warmup.get());
        }
        Optional<Integer> every = bound.value("sample.every", Integer.class);
        if (steps.isPresent() && every.isPresent() && every.get() > steps.get()) {
            tell("sample.every", "sample.every must be at most train.steps, " + steps.get() + ", got " + every.get());
        }
    }

    /** At the key, or at what it was filled in for. */
    private void tell(String path, String message) {
        String block = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : path;
        problems.add(bound.place(path).or(() -> bound.place(block)).orElse(top), message);
    }
}
