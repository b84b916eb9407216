package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Picture;
import org.scedit.core.data.Pictures;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Randomness;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.TunerSettings;
import org.scedit.core.run.PictureGrid;
import org.scedit.core.run.ProgressLine;
import org.scedit.core.run.RunFolder;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.LatentBatches;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;
import org.scedit.core.weights.SafetensorsFile;

/** Tunes a U-Net through the recipe's tuners, or only draws with them. */
final class TuneJob implements Job {
    private static final int COLUMNS = 4;
    /** Captions of each kind a tuning is measured on, before and after. */
    private static final int EVALUATED = 24;
    /** Captions of each kind a model made from nothing is measured on. */
    private static final int EVALUATED_FRESH = 200;

    private final Recipe recipe;
    private final PluginCatalogue catalogue;
    private final RecipeRun.Options options;
    private final List<TunerInstance> tuners = new ArrayList<>();
    private final DiffusionModel model;
    private final TunedUNet unet;
    private final Pipeline pipeline;

    TuneJob(Recipe recipe, PluginCatalogue catalogue, RecipeRun.Options options) {
        this.recipe = recipe;
        this.catalogue = catalogue;
        this.options = options;
        try {
            buildTuners();
            boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
            Precision precision = recipe.model().precision();
            model = fresh
                    ? DiffusionModel.fresh(recipe.model().path(), precision, recipe.seed())
                    : DiffusionModel.load(recipe.model().path(), precision);
        } catch (RuntimeException e) {
            tuners.forEach(TunerInstance::close);
            throw e;
        }
        unet = new TunedUNet(model.unet(), model.precision());
        pipeline = new Pipeline(model, unet, options.out()::println);
    }

    /** From the configuration alone, so that a tuner that does not fit is refused before any weight is read. */
    private void buildTuners() {
        var layout = UNet.fromConfig(recipe.model().path().resolve("unet/config.json"))
                .layout();
        List<String> problems = new ArrayList<>();
        for (Recipe.TunerBlock block : recipe.tuners()) {
            try {
                var tuner = TunerInstance.create(
                        block.name(),
                        catalogue.tuners().get(block.use()),
                        block.config(),
                        layout,
                        Randomness.seed(recipe.seed(), block.name(), 0));
                tuners.add(tuner);
                boolean trains = recipe.train().isPresent();
                if (trains
                        && block.scale() != 1
                        && !tuner.tuner().backboneParameters().isEmpty()) {
                    problems.add(
                            "tuner '" + block.name() + "' trains the U-Net's own weights, which needs scale 1, got "
                                    + block.scale() + "; scale it when drawing");
                }
                block.weights().ifPresent(file -> tuner.load(SafetensorsFile.open(file)));
            } catch (UserException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was started");
        }
    }

    private void attach() {
        for (int i = 0; i < tuners.size(); i++) {
            unet.attach(tuners.get(i), recipe.tuners().get(i).scale());
        }
    }

    private void detach() {
        tuners.forEach(tuner -> unet.detach(tuner.name()));
    }

    @Override
    public void run(RunFolder folder) {
        Map<String, String> results = new LinkedHashMap<>();
        if (recipe.train().isEmpty()) {
            attach();
            Pictures.writePng(grid(), folder.sample("pictures"));
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
        Dataset data = DataSources.open(recipe.data().orElseThrow(), model.pictureSize(), options.out());
        var loop = new TrainingLoop(recipe, data.size(), options);
        boolean fresh = recipe.model().weights() == Recipe.Weights.RANDOM;
        List<Picture> before = fresh ? List.of() : pictures();
        SceneScores scoresBefore = fresh ? null : scores();
        attach();
        List<Trainable> trainables = trainables();
        var objective = new DiffusionObjective(
                unet, new NoiseSchedule(model.scheduler()), batches(data), trainables, lossSettings(), recipe.seed());
        int every = recipe.sample().map(Recipe.Sample::every).orElse(0);
        var outcome = loop.run(objective, folder, step -> {
            if (every > 0 && step % every == 0) {
                Pictures.writePng(grid(), folder.sample(String.format("step-%06d", step)));
            }
        });
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
            model.textEncoder().parameters().all().forEach(each -> {
                each.set(each.value().duplicate()); // what lies in a mapped file cannot be trained in place
                each.value().setRequiresGradient(true);
                trainables.add(new Trainable("text_encoder." + each.name(), each.value()));
            });
        }
        return trainables;
    }

    private LatentBatches batches(Dataset data) {
        Recipe.Train train = recipe.train().orElseThrow();
        var settings =
                new LatentBatches.Settings(train.batch(), train.captionDropout(), train.textEncoder(), recipe.seed());
        try (ProgressLine progress =
                ProgressLine.start("encoding", "pictures", 0, data.size(), options.out(), options.terminal())) {
            return new LatentBatches(model, data, settings, options.out()::println, done -> progress.update(done, ""));
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
            List<String> parts =
                    List.of("unet/" + DiffusionModel.WEIGHTS, "text_encoder/" + DiffusionModel.TEXT_WEIGHTS);
            ModelFolders.copyExcept(recipe.model().path(), target, parts);
            ModelFolders.write(model.unet().parameters(), target.resolve(parts.get(0)));
            ModelFolders.write(model.textEncoder().parameters(), target.resolve(parts.get(1)));
            results.put("model", target.toString());
        }
        if (!fresh) {
            String base = model.unetHash();
            for (int i = 0; i < tuners.size(); i++) {
                Path file = folder.tuner(tuners.get(i).name());
                TunerFiles.write(tuners.get(i), file, metadata(recipe.tuners().get(i), base));
                results.put("tuner " + tuners.get(i).name(), file.toString());
            }
        }
    }

    private Map<String, String> metadata(Recipe.TunerBlock block, String base) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put("scedit.version", PluginCatalogue.API_VERSION);
        metadata.put("scedit.method", block.use());
        metadata.put("scedit.name", block.name());
        metadata.put("scedit.settings", TunerSettings.write(block.config()));
        metadata.put("scedit.base_sha256", base);
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
        List<String> prompts = prompts();
        Path file = folder.sample("after");
        if (before.isEmpty()) {
            Pictures.writePng(PictureGrid.draw(after, prompts, COLUMNS), file);
        } else {
            Pictures.writePng(PictureGrid.draw(before, prompts, COLUMNS), folder.sample("before"));
            Pictures.writePng(PictureGrid.draw(after, prompts, COLUMNS), file);
            file = folder.sample("before-after");
            Pictures.writePng(
                    PictureGrid.compare(
                            List.of(new PictureGrid.Row("before", before), new PictureGrid.Row("after", after)),
                            prompts),
                    file);
        }
        results.put("pictures", file.toString());
    }

    private List<String> prompts() {
        Recipe.Sample sample = recipe.sample().orElseThrow();
        if (!sample.prompts().isEmpty()) {
            return sample.prompts();
        }
        var sampler = new SceneSampler(sample.seed(), Split.TRAIN, SceneSampler.DEFAULT_COUNTS);
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < sample.count().orElseThrow(); i++) {
            Scene scene = sampler.scene(i);
            prompts.add(Captions.shortCaption(scene));
        }
        return prompts;
    }

    private List<Picture> pictures() {
        return recipe.sample().isEmpty()
                ? List.of()
                : pipeline.draw(prompts(), recipe.sample().get().seed(), drawing(), Pipeline.Observer.NONE);
    }

    private Picture grid() {
        return PictureGrid.draw(pictures(), prompts(), COLUMNS);
    }

    private Pipeline.Settings drawing() {
        Recipe.Sample sample = recipe.sample().orElseThrow();
        return new Pipeline.Settings(
                sample.negativePrompt(),
                sample.steps(),
                sample.guidance(),
                sample.guidanceRescale(),
                0,
                sample.spacing(),
                model.pictureSize(),
                model.pictureSize());
    }

    /** How well scenes are drawn now; null where the data are no scenes or nothing is drawn. */
    private SceneScores scores() {
        if (recipe.sample().isEmpty()
                || !(recipe.data().orElse(null) instanceof Recipe.ScenesData scenes)
                || model.pictureSize() != Scene.SIDE) {
            return null;
        }
        Style style = scenes.styles().get(0);
        int count = recipe.model().weights() == Recipe.Weights.RANDOM ? EVALUATED_FRESH : EVALUATED;
        var one = new SceneEvaluation(Split.HELDOUT, 1, count);
        var two = new SceneEvaluation(Split.HELDOUT, 2, count);
        List<Picture> ones = one.draw(pipeline, recipe.seed(), drawing());
        List<Picture> twos = two.draw(pipeline, recipe.seed(), drawing());
        return new SceneScores(style.word(), one.styleDistance(ones, style, model), one.right(ones), two.right(twos));
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
