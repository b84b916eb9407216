package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.condition.DataMaps;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Precision;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.TextStates;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.measure.Evaluation;
import org.scedit.core.measure.Measured;
import org.scedit.core.measure.MeasuresFile;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.PictureGrid;
import org.scedit.core.run.RunFolder;
import org.scedit.core.scenes.Scene;
import org.scedit.core.shared.SharedFiles;
import org.scedit.core.train.LatentBatches;

/** Tunes a U-Net through the recipe's tuners, or only draws with them. */
final class TuneJob implements Job {
    private final Recipe recipe;
    private final RecipeRun.Options options;
    private final Companions companions;
    private final RecipeTuners tuners;
    /** What is trained on, and what is held out; empty where nothing is trained or measured. */
    private final Optional<DataSources.Parts> data;
    /** Of the training pictures. */
    private final List<LatentBatches.Condition> trainingMaps;
    /** Of the training pictures, where the U-Net is for inpainting. */
    private final Optional<LatentBatches.Masks> trainingMasks;
    /** Of held-out pictures, while training; empty for none. */
    private final Optional<Validation> validation;
    /** Those drawn before and after; empty for none. */
    private final Optional<SamplePictures> sample;

    private final DiffusionModel model;
    private final TunedUNet unet;
    private final TextStates texts;
    private final Pipeline pipeline;
    /** What is measured before and after; empty for nothing. */
    private final Optional<Evaluation> evaluation;

    private final TunedFiles files;

    TuneJob(Recipe recipe, Path base, PluginCatalogue catalogue, RecipeRun.Options options, Companions companions) {
        this.recipe = recipe;
        this.options = options;
        this.companions = companions;
        ModelParts parts = recipe.model().parts(base);
        parts.notices().forEach(options.out()::println);
        var structure = new UNet(parts.config(Part.UNET));
        boolean inpaints = Drawable.inpaints(parts, structure);
        tuners = new RecipeTuners(recipe, catalogue, structure, inpaints);
        try {
            Drawable.whyNot(recipe, parts, structure).ifPresent(reason -> {
                throw new UserException(reason);
            });
            int side = pictureSize(structure, parts);
            data = recipe.train().isPresent() || recipe.evaluate().isPresent()
                    ? Optional.of(DataSources.parts(recipe, side, options.out()))
                    : Optional.empty();
            trainingMaps = recipe.train().isPresent() ? trainingMaps() : List.of();
            trainingMasks = data.filter(pictures -> inpaints && recipe.train().isPresent())
                    .map(pictures -> TrainingMasks.of(
                            recipe,
                            catalogue.annotators(),
                            pictures.training(),
                            recipe.train().get().masksPerPicture(),
                            recipe.seed()));
            validation = recipe.train()
                    .flatMap(train -> data.orElseThrow().heldOut())
                    .map(heldOut -> new Validation(
                            recipe,
                            tuners.conditions(),
                            data.orElseThrow().training(),
                            heldOut,
                            trainingMaps,
                            pictures -> trainingMasks.map(any -> TrainingMasks.of(
                                    recipe,
                                    catalogue.annotators(),
                                    pictures,
                                    1,
                                    recipe.validation().orElseThrow().seed()))));
            sample = recipe.sample().map(asked -> new SamplePictures(recipe, tuners.conditions(), side));
            evaluation = inpaints ? Optional.empty() : evaluation(side); // pictures are measured that start from noise
            Precision precision = recipe.model().precision();
            model = companions.model(
                    base,
                    () -> fresh()
                            ? DiffusionModel.fresh(parts, precision, recipe.seed())
                            : DiffusionModel.load(parts, precision));
        } catch (RuntimeException e) {
            tuners.close();
            throw e;
        }
        unet = new TunedUNet(model.unet(), model.precision());
        unet.checkpointGradients(
                recipe.train().map(Recipe.Train::gradientCheckpointing).orElse(false));
        boolean textsChange = recipe.train().map(Recipe.Train::textEncoder).orElse(false);
        texts = companions.texts(() -> new TextStates(
                model, textsChange ? SharedFiles.none() : options.sharedFiles(), options.out()::println));
        pipeline = new Pipeline(model, unet, texts);
        files = new TunedFiles(recipe, base, catalogue, model);
    }

    /** Whether the U-Net is made from nothing. */
    private boolean fresh() {
        return recipe.model().weights() == Recipe.Weights.RANDOM;
    }

    /** What a recipe does not ask for is measured of scenes in their own size only. */
    private Optional<Evaluation> evaluation(int side) {
        if (tuners.measures().isEmpty() || recipe.evaluate().isEmpty() && side != Scene.SIDE) {
            return Optional.empty();
        }
        return Optional.of(new Evaluation(
                recipe,
                tuners.measures(),
                tuners.conditions(),
                data.flatMap(DataSources.Parts::heldOutFiles),
                side,
                tuners.features()));
    }

    private List<LatentBatches.Condition> trainingMaps() {
        return tuners.conditions().stream()
                .map(condition -> new LatentBatches.Condition(
                        condition.name(),
                        DataMaps.of(condition, data.orElseThrow().training(), recipe.seed()),
                        condition.dropout()))
                .toList();
    }

    /** As {@link DiffusionModel#pictureSize}, before there is a model. */
    private static int pictureSize(UNet structure, ModelParts parts) {
        var autoencoder = new Autoencoder(parts.config(Part.VAE));
        return structure.sampleSize() * autoencoder.downsampling();
    }

    @Override
    public void run(RunFolder folder) {
        var summary = new Summary();
        var cost = new RunCost(model, folder.cost());
        boolean finished = recipe.train().isPresent() ? train(folder, summary, cost) : draw(folder, summary, cost);
        if (finished) {
            cost.write();
            summary.put("memory", cost.peakMebibytes() + " MiB at most");
            recipe.train().ifPresent(train -> summary.put("loss", folder.lossCurve()));
            summary.write(recipe.name(), folder, options);
        }
    }

    private boolean draw(RunFolder folder, Summary summary, RunCost cost) {
        tuners.attach(unet);
        List<Picture> drawn = cost.drawing(this::drawSample);
        Pictures.writePng(sample.orElseThrow().grid(drawn), folder.sample("pictures"));
        sample.get().write(folder, List.of(new PictureGrid.Row("drawn", drawn)));
        summary.put("pictures", folder.sample("pictures"));
        measureAfter(folder, List.of(), summary);
        return true;
    }

    /** @return whether it came to its end */
    private boolean train(RunFolder folder, Summary summary, RunCost cost) {
        DataSources.Parts pictures = data.orElseThrow();
        var loop = new TrainingLoop(recipe, pictures.training().size(), options, companions);
        List<Picture> before = fresh() ? List.of() : drawSample();
        List<Measured> measuredBefore = fresh()
                ? List.of()
                : evaluation.filter(Evaluation::before).map(this::measure).orElse(List.of());
        tuners.attach(unet);
        var objective = new TuneObjective(recipe, model, texts, options, companions)
                .of(unet, tuners.tuners(), pictures.training(), trainingMaps, trainingMasks);
        TrainingLoop.Extra losses =
                validation.map(held -> held.of(model, unet, loop.total())).orElse(TrainingLoop.Extra.NONE);
        int every = recipe.sample().map(Recipe.Sample::every).orElse(0);
        cost.trainingBegins();
        var outcome = loop.run(objective, folder, losses, step -> {
            if (every > 0 && step % every == 0) {
                pipeline.textEncoderChanged();
                Pictures.writePng(
                        sample.orElseThrow().grid(drawSample()), folder.sample(String.format("step-%06d", step)));
            }
        });
        cost.trained(outcome, objective.trainables());
        companions.saving().ifPresent(cost::spared);
        pipeline.textEncoderChanged();
        summary.put("trained", cost.trainingInWords(outcome));
        if (!outcome.finished()) {
            options.out().println(Interrupted.line(folder, outcome.steps(), loop.total()));
            return false;
        }
        Map<String, Path> written = files.write(folder, tuners);
        written.forEach(summary::put);
        cost.written(written.values());
        cost.write(); // a run that is cut off while it draws would have nothing to measure any more
        summary.putValidation(folder.metrics());
        compare(folder, before, summary, cost);
        measureAfter(folder, measuredBefore, summary);
        return true;
    }

    private List<Measured> measure(Evaluation measures) {
        var settings = SamplePictures.settings(recipe.sample().orElseThrow(), model.pictureSize(), Optional.empty());
        return measures.measure(pipeline, settings, model.autoencoder());
    }

    private void measureAfter(RunFolder folder, List<Measured> before, Summary summary) {
        evaluation.ifPresent(measures -> {
            List<Measured> after = measure(measures);
            MeasuresFile.write(folder.measures(), after, before);
            summary.put(after, before);
        });
    }

    private void compare(RunFolder folder, List<Picture> before, Summary summary, RunCost cost) {
        if (sample.isEmpty()) {
            return;
        }
        List<Picture> after = cost.drawing(this::drawSample);
        Path file = folder.sample("after");
        Pictures.writePng(sample.get().grid(after), file);
        List<PictureGrid.Row> rows = new ArrayList<>();
        if (!before.isEmpty()) {
            Pictures.writePng(sample.get().plainGrid(before), folder.sample("before"));
            file = folder.sample("before-after");
            Pictures.writePng(sample.get().comparison(before, after), file);
            rows.add(new PictureGrid.Row("before", before));
        }
        rows.add(new PictureGrid.Row("after", after));
        sample.get().write(folder, rows);
        summary.put("pictures", file);
    }

    private List<Picture> drawSample() {
        return sample.map(pictures -> pictures.draw(pipeline)).orElse(List.of());
    }

    @Override
    public void close() {
        tuners.detach(unet);
        unet.close();
        tuners.close();
        companions.close(model);
    }
}
