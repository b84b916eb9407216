package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.scedit.api.Picture;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.condition.RecipeConditions;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Pictures;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Randomness;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.Start;
import org.scedit.core.hook.Scale;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.run.PictureGrid;
import org.scedit.core.run.ProgressLine;
import org.scedit.core.run.RunFolder;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.MapFidelity;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.LatentBatches;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;

/** Tunes a U-Net through the recipe's tuners, or only draws with them. */
final class TuneJob implements Job {
    private static final int COLUMNS = 4;
    /** Captions of each kind a tuning is measured on, before and after. */
    private static final int EVALUATED = 24;
    /** Scenes whose condition maps a tuning is measured on, before and after. */
    private static final int EVALUATED_MAPS = 100;
    /** Captions of each kind a model made from nothing is measured on. */
    private static final int EVALUATED_FRESH = 200;

    private final Recipe recipe;
    /** The base model's folder or single file. */
    private final Path base;

    private final PluginCatalogue catalogue;
    private final RecipeRun.Options options;
    private final List<TunerInstance> tuners = new ArrayList<>();
    private final List<Condition> conditions;
    /** The training pictures; empty where nothing is trained. */
    private final Optional<Dataset> data;
    /** Of the training pictures. */
    private final List<LatentBatches.Condition> trainingMaps;
    /** Of the pictures that are drawn before and after, by the condition's name. */
    private final Map<String, List<Picture>> sampleMaps;
    /** What the pictures that are drawn before and after start from. */
    private final Optional<Start> start;

    private final DiffusionModel model;
    private final TunedUNet unet;
    private final Pipeline pipeline;

    TuneJob(Recipe recipe, Path base, PluginCatalogue catalogue, RecipeRun.Options options) {
        this.recipe = recipe;
        this.base = base;
        this.catalogue = catalogue;
        this.options = options;
        try {
            ModelParts parts = recipe.model().parts(base);
            parts.notices().forEach(options.out()::println);
            var structure = new UNet(parts.config(Part.UNET));
            conditions = buildTuners(structure);
            Drawable.whyNot(recipe, parts, structure).ifPresent(reason -> {
                throw new UserException(reason);
            });
            int side = pictureSize(structure, parts);
            data = recipe.train()
                    .flatMap(train -> recipe.data())
                    .map(source -> DataSources.open(source, side, options.out()));
            trainingMaps = data.map(pictures -> conditions.stream()
                            .map(condition -> TrainingMaps.of(condition, pictures, recipe.seed()))
                            .toList())
                    .orElse(List.of());
            sampleMaps = sampleMaps(side);
            start = start(side);
            boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
            Precision precision = recipe.model().precision();
            model = fresh
                    ? DiffusionModel.fresh(parts, precision, recipe.seed())
                    : DiffusionModel.load(parts, precision);
        } catch (RuntimeException e) {
            tuners.forEach(TunerInstance::close);
            throw e;
        }
        unet = new TunedUNet(model.unet(), model.precision());
        unet.checkpointGradients(
                recipe.train().map(Recipe.Train::gradientCheckpointing).orElse(false));
        pipeline = new Pipeline(model, unet, options.out()::println);
    }

    /** From the configuration alone, so that a tuner that does not fit is refused before any weight is read. */
    private List<Condition> buildTuners(UNet structure) {
        List<String> problems = new ArrayList<>();
        for (Recipe.TunerBlock block : recipe.tuners()) {
            try {
                var tuner = TunerInstance.create(
                        block.name(),
                        catalogue.tuners().get(block.use()),
                        block.config(),
                        structure,
                        Randomness.seed(recipe.seed(), block.name(), 0));
                tuners.add(tuner);
                if (!tuner.tuner().backboneParameters().isEmpty()) {
                    checkScale(block).ifPresent(problems::add);
                }
                if (block.merge()) {
                    TunedUNet.whyNotMerged(tuner, block.scale()).ifPresent(problems::add);
                }
                block.weights()
                        .ifPresent(file -> TunerFile.open(file).loadInto(tuner, block.config(), catalogue, structure));
            } catch (UserException e) {
                problems.add(e.getMessage());
            }
        }
        List<Condition> taken = RecipeConditions.of(recipe, catalogue.annotators(), tuners, problems::add);
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was started");
        }
        return taken;
    }

    /** Of a tuner that trains the U-Net's own weights. */
    private Optional<String> checkScale(Recipe.TunerBlock block) {
        Scale scale = block.scale();
        if (!scale.constant()) {
            return Optional.of("tuner '" + block.name() + "' changes the U-Net's own weights, which are the same at"
                    + " every step, so its scale must be one number");
        }
        return recipe.train().isEmpty() || scale.at(0) == 1
                ? Optional.empty()
                : Optional.of("tuner '" + block.name() + "' trains the U-Net's own weights, which needs scale 1, got "
                        + scale.at(0) + "; scale it when drawing");
    }

    /** As {@link DiffusionModel#pictureSize}, before there is a model. */
    private static int pictureSize(UNet structure, ModelParts parts) {
        var autoencoder = new Autoencoder(parts.config(Part.VAE));
        return structure.sampleSize() * autoencoder.downsampling();
    }

    private Map<String, List<Picture>> sampleMaps(int side) {
        Map<String, List<Picture>> maps = new LinkedHashMap<>();
        recipe.sample().ifPresent(sample -> {
            for (Condition condition : conditions) {
                maps.put(
                        condition.name(),
                        sample.count().isPresent()
                                ? ofScenes(condition, sampleScenes(), side, sample.seed())
                                : condition.ofControls(
                                        sample.controls().paths().get(condition.name()),
                                        sample.preprocessed(),
                                        sample.prompts().size(),
                                        side,
                                        side,
                                        sample.seed()));
            }
        });
        return maps;
    }

    private List<Picture> ofScenes(Condition condition, List<Scene> scenes, int side, long seed) {
        List<Picture> maps = new ArrayList<>();
        for (Scene scene : scenes) {
            maps.add(condition.ofScene(scene, style(), side, condition.seed(seed, maps.size())));
        }
        return maps;
    }

    /** The style that is learned first; plain where no scenes are. */
    private Style style() {
        return recipe.data().orElse(null) instanceof Recipe.ScenesData scenes
                ? scenes.styles().get(0)
                : Style.PLAIN;
    }

    private void attach() {
        for (int i = 0; i < tuners.size(); i++) {
            unet.attach(tuners.get(i), recipe.tuners().get(i).scale());
        }
        recipe.tuners().stream().filter(Recipe.TunerBlock::merge).forEach(block -> unet.merge(block.name()));
    }

    private void detach() {
        tuners.forEach(tuner -> unet.detach(tuner.name()));
    }

    @Override
    public void run(RunFolder folder) {
        Map<String, String> results = new LinkedHashMap<>();
        if (recipe.train().isEmpty()) {
            attach();
            Pictures.writePng(grid(pictures()), folder.sample("pictures"));
            results.put("pictures", folder.sample("pictures").toString());
            report(folder, results);
            return;
        }
        if (!train(folder, results)) {
            return;
        }
        report(folder, results);
    }

    private boolean train(RunFolder folder, Map<String, String> results) {
        Dataset pictures = data.orElseThrow();
        var loop = new TrainingLoop(recipe, pictures.size(), options);
        boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
        List<Picture> before = fresh ? List.of() : pictures();
        SceneScores scoresBefore = fresh ? null : scores();
        attach();
        List<Trainable> trainables = trainables();
        var objective = new DiffusionObjective(
                unet,
                new NoiseSchedule(model.scheduler()),
                batches(pictures),
                trainables,
                lossSettings(),
                recipe.seed());
        int every = recipe.sample().map(Recipe.Sample::every).orElse(0);
        var outcome = loop.run(objective, folder, step -> {
            if (every > 0 && step % every == 0) {
                pipeline.textEncoderChanged();
                Pictures.writePng(grid(pictures()), folder.sample(String.format("step-%06d", step)));
            }
        });
        pipeline.textEncoderChanged();
        results.put(
                "trained",
                String.format(
                        Locale.ROOT,
                        "%d steps of %.3f s, %,d trainable parameters",
                        outcome.steps(),
                        outcome.stepTime(),
                        trainables.stream()
                                .mapToLong(each -> each.value().getShape().size())
                                .sum()));
        if (!outcome.finished()) {
            options.out().println(Interrupted.line(folder, outcome.steps(), loop.total()));
            return false;
        }
        save(folder, results);
        compare(folder, before, results);
        if (scoresBefore != null) {
            scoresBefore.describe(scores(), results);
        } else if (fresh) {
            SceneScores.none().describe(scores(), results);
        }
        return true;
    }

    private List<Trainable> trainables() {
        List<Trainable> trainables = new ArrayList<>();
        for (TunerInstance tuner : tuners) {
            tuner.setTrainable(true);
            tuner.arrays().forEach((name, array) -> trainables.add(new Trainable(tuner.name() + "." + name, array)));
        }
        if (recipe.train().orElseThrow().textEncoder()) {
            forEachTextEncoder((part, encoder) -> encoder.parameters().all().forEach(each -> {
                each.set(each.value().duplicate()); // what lies in a mapped file cannot be trained in place
                each.value().setRequiresGradient(true);
                trainables.add(new Trainable(part.folder() + "." + each.name(), each.value()));
            }));
        }
        return trainables;
    }

    private void forEachTextEncoder(BiConsumer<Part, TextEncoder> action) {
        List<Part> parts = List.of(Part.TEXT_ENCODER, Part.TEXT_ENCODER_2);
        for (int i = 0; i < model.prompts().towers().size(); i++) {
            action.accept(parts.get(i), model.prompts().towers().get(i).encoder());
        }
    }

    private LatentBatches batches(Dataset pictures) {
        Recipe.Train train = recipe.train().orElseThrow();
        var settings = new LatentBatches.Settings(
                train.batch(), train.captionDropout(), train.textEncoder(), trainingMaps, recipe.seed());
        try (ProgressLine progress =
                ProgressLine.start("encoding", "pictures", 0, pictures.size(), options.out(), options.terminal())) {
            return new LatentBatches(
                    model, pictures, settings, options.out()::println, done -> progress.update(done, ""));
        }
    }

    private DiffusionObjective.Settings lossSettings() {
        Recipe.Train train = recipe.train().orElseThrow();
        TimestepSampling timesteps =
                switch (train.timestepSampling()) {
                    case UNIFORM -> new TimestepSampling.Uniform();
                    case LOGIT_NORMAL -> new TimestepSampling.LogitNormal(train.logitMean(), train.logitStd());
                };
        return new DiffusionObjective.Settings(
                train.minSnrGamma(), train.noiseOffset(), timesteps, train.lossBalance());
    }

    /** The tuners' files, or a whole model where the text encoder or a fresh U-Net was trained. */
    private void save(RunFolder folder, Map<String, String> results) {
        boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
        if (fresh || recipe.train().orElseThrow().textEncoder()) {
            Path target = folder.path().resolve("model");
            List<String> written = new ArrayList<>(List.of(Part.UNET.folder()));
            forEachTextEncoder((part, encoder) -> written.add(part.folder()));
            ModelFolders.copyExceptWeights(base, target, written);
            ModelFolders.write(
                    model.unet().parameters(),
                    target.resolve(Part.UNET.folder()).resolve(DiffusionModel.WEIGHTS));
            forEachTextEncoder((part, encoder) -> ModelFolders.write(
                    encoder.parameters(), target.resolve(part.folder()).resolve(DiffusionModel.TEXT_WEIGHTS)));
            results.put("model", target.toString());
        }
        if (!fresh) {
            String hash = model.unetHash();
            for (int i = 0; i < tuners.size(); i++) {
                Path file = folder.tuner(tuners.get(i).name());
                TunerFiles.write(tuners.get(i), file, metadata(i, hash));
                results.put("tuner " + tuners.get(i).name(), file.toString());
            }
        }
    }

    private Map<String, String> metadata(int index, String baseHash) {
        Recipe.TunerBlock block = recipe.tuners().get(index);
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("scedit.version", PluginCatalogue.API_VERSION);
        metadata.put("scedit.method", block.use());
        metadata.put("scedit.name", block.name());
        metadata.put("scedit.settings", TunerSettings.write(block.config()));
        for (Condition condition : conditions) {
            if (tuners.get(index).tuner().conditions().contains(condition.name())) {
                metadata.put(
                        MapMaker.METADATA + condition.name(), condition.maker().words());
            }
        }
        metadata.put("scedit.base_sha256", baseHash);
        metadata.put("scedit.recipe", recipe.resolved());
        catalogue.describe(block.use()).ifPresent(plugin -> {
            metadata.put("scedit.plugin_version", plugin.version());
            metadata.put("scedit.plugin_sha256", plugin.sha256());
        });
        return metadata;
    }

    private void compare(RunFolder folder, List<Picture> before, Map<String, String> results) {
        if (recipe.sample().isEmpty()) {
            return;
        }
        List<Picture> after = pictures();
        Path file = folder.sample("after");
        Pictures.writePng(grid(after), file);
        if (!before.isEmpty()) {
            Pictures.writePng(PictureGrid.draw(before, prompts(), COLUMNS), folder.sample("before"));
            file = folder.sample("before-after");
            List<PictureGrid.Row> rows = conditionRows();
            rows.add(new PictureGrid.Row("before", before));
            rows.add(new PictureGrid.Row("after", after));
            Pictures.writePng(PictureGrid.compare(rows, prompts()), file);
        }
        results.put("pictures", file.toString());
    }

    /** What the pictures follow, a row for each condition; to be added to. */
    private List<PictureGrid.Row> conditionRows() {
        List<PictureGrid.Row> rows = new ArrayList<>();
        sampleMaps.forEach((name, maps) ->
                rows.add(new PictureGrid.Row(sampleMaps.size() == 1 ? "condition" : "condition " + name, maps)));
        return rows;
    }

    private List<String> prompts() {
        Recipe.Sample sample = recipe.sample().orElseThrow();
        return sample.count().isEmpty()
                ? sample.prompts()
                : sampleScenes().stream().map(Captions::shortCaption).toList();
    }

    /** Those that are drawn where the recipe gives a count instead of prompts. */
    private List<Scene> sampleScenes() {
        Recipe.Sample sample = recipe.sample().orElseThrow();
        var sampler = new SceneSampler(sample.seed(), Split.TRAIN, SceneSampler.DEFAULT_COUNTS);
        List<Scene> scenes = new ArrayList<>();
        for (int i = 0; i < sample.count().orElseThrow(); i++) {
            scenes.add(sampler.scene(i));
        }
        return scenes;
    }

    private List<Picture> pictures() {
        if (recipe.sample().isEmpty()) {
            return List.of();
        }
        return pipeline.draw(
                prompts(),
                recipe.sample().get().seed(),
                drawing(),
                (name, picture) -> sampleMaps.get(name).get(picture),
                Pipeline.Observer.NONE);
    }

    private Picture grid(List<Picture> pictures) {
        if (sampleMaps.isEmpty()) {
            return PictureGrid.draw(pictures, prompts(), COLUMNS);
        }
        List<PictureGrid.Row> rows = conditionRows();
        rows.add(new PictureGrid.Row("drawn", pictures));
        return PictureGrid.compare(rows, prompts());
    }

    private Pipeline.Settings drawing() {
        Recipe.Sample sample = recipe.sample().orElseThrow();
        return new Pipeline.Settings(
                sample.negativePrompt(),
                Drawable.sampling(sample),
                sample.guidance(),
                sample.guidanceRescale(),
                model.pictureSize(),
                model.pictureSize(),
                start);
    }

    private Optional<Start> start(int side) {
        return recipe.sample()
                .filter(sample -> sample.image().isPresent())
                .map(sample -> Start.read(
                        sample.image().orElseThrow(), sample.strength(), sample.mask(), sample.steps(), side, side));
    }

    /** How well scenes are drawn now; null where the data are no scenes or nothing is drawn. */
    private SceneScores scores() {
        if (recipe.sample().isEmpty()
                || !(recipe.data().orElse(null) instanceof Recipe.ScenesData)
                || model.pictureSize() != Scene.SIDE) {
            return null;
        }
        Style style = style();
        int count = recipe.model().weights() == Recipe.Weights.RANDOM ? EVALUATED_FRESH : EVALUATED;
        var one = new SceneEvaluation(Split.HELDOUT, List.of(1), count);
        var two = new SceneEvaluation(Split.HELDOUT, List.of(2), count);
        List<Picture> ones = draw(one);
        List<Picture> twos = draw(two);
        return new SceneScores(
                style.word(), one.styleDistance(ones, style, model), one.right(ones), two.right(twos), followed());
    }

    /** How well pictures of unseen scenes follow those conditions that can be found in a picture again. */
    private Map<String, SceneScores.Followed> followed() {
        Map<String, MapFidelity> measures = new LinkedHashMap<>();
        for (Condition condition : conditions) {
            if (condition.maker() instanceof MapMaker.OfScene exact) {
                exact.map().fidelity().ifPresent(measure -> measures.put(condition.name(), measure));
            }
        }
        if (measures.isEmpty()) {
            return Map.of();
        }
        var evaluation = new SceneEvaluation(Split.TRAIN, SceneSampler.DEFAULT_COUNTS, EVALUATED_MAPS);
        List<Picture> drawn = draw(evaluation);
        Map<String, SceneScores.Followed> followed = new LinkedHashMap<>();
        measures.forEach((name, measure) -> followed.put(
                name, new SceneScores.Followed(measure, measure.of(drawn, evaluation.scenes()), EVALUATED_MAPS)));
        return followed;
    }

    private List<Picture> draw(SceneEvaluation evaluation) {
        Map<String, List<Picture>> maps = new LinkedHashMap<>();
        for (Condition condition : conditions) {
            maps.put(condition.name(), ofScenes(condition, evaluation.scenes(), model.pictureSize(), recipe.seed()));
        }
        return evaluation.draw(pipeline, recipe.seed(), drawing().fromNoise(), (name, picture) -> maps.get(name)
                .get(picture));
    }

    private void report(RunFolder folder, Map<String, String> results) {
        results.put("memory", Memory.peakMebibytes() + " MiB at most");
        if (recipe.train().isPresent()) {
            results.put("loss", folder.lossCurve().toString());
        }
        var text = new StringBuilder("# " + recipe.name() + "\n\n");
        results.forEach((name, value) ->
                text.append("- **").append(name).append("**: ").append(value).append('\n'));
        text.append("\nThe same again: `scedit run ").append(folder.recipe()).append(" output=ANOTHER_FOLDER`\n");
        AtomicFiles.writeText(folder.summary(), text.toString());
        results.put("summary", folder.summary().toString());
        results.forEach((name, value) -> options.out().println(String.format("%-16s %s", name, value)));
    }

    @Override
    public void close() {
        detach();
        unet.close();
        tuners.forEach(TunerInstance::close);
        model.close();
    }
}
