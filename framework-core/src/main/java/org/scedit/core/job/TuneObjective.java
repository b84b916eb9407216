package org.scedit.core.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.scedit.core.data.Dataset;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.generate.TextStates;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.run.ProgressLine;
import org.scedit.core.train.DiffusionObjective;
import org.scedit.core.train.EncodedData;
import org.scedit.core.train.LatentBatches;
import org.scedit.core.train.TimestepSampling;
import org.scedit.core.train.Trainable;

/** Makes what a recipe's training minimises: its data encoded, its tuners' arrays marked as trained. */
final class TuneObjective {
    private final Ops ops = new Ops();
    private final Recipe recipe;
    private final Recipe.Train train;
    private final DiffusionModel model;
    private final TextStates texts;
    private final RecipeRun.Options options;
    private final Companions companions;

    /** @param texts of the model */
    TuneObjective(
            Recipe recipe, DiffusionModel model, TextStates texts, RecipeRun.Options options, Companions companions) {
        this.recipe = recipe;
        this.train = recipe.train().orElseThrow();
        this.model = model;
        this.texts = texts;
        this.options = options;
        this.companions = companions;
    }

    /**
     * @param unet   the model's, with the tuners on it
     * @param tuners are trained
     * @param maps   of the pictures, one for each condition
     * @param masks  of the pictures; empty unless the U-Net is for inpainting
     */
    DiffusionObjective of(
            TunedUNet unet,
            List<TunerInstance> tuners,
            Dataset pictures,
            List<LatentBatches.Condition> maps,
            Optional<LatentBatches.Masks> masks) {
        List<Trainable> trainables = trainables(tuners);
        return new DiffusionObjective(
                unet,
                new NoiseSchedule(model.scheduler()),
                batches(pictures, maps, masks),
                trainables,
                settings(),
                recipe.seed(),
                companions.encodings());
    }

    private List<Trainable> trainables(List<TunerInstance> tuners) {
        List<Trainable> trainables = new ArrayList<>();
        for (TunerInstance tuner : tuners) {
            tuner.setTrainable(true);
            tuner.arrays().forEach((name, array) -> trainables.add(new Trainable(tuner.name() + "." + name, array)));
        }
        if (train.textEncoder()) {
            forEachTextEncoder(
                    model, (part, encoder) -> encoder.parameters().all().forEach(each -> {
                        // what lies in a mapped file, or has 16 bits, cannot be trained in place
                        each.set(ops.copyTo(each.value(), Precision.FLOAT32));
                        each.value().setRequiresGradient(true);
                        trainables.add(new Trainable(part.folder() + "." + each.name(), each.value()));
                    }));
        }
        return trainables;
    }

    /** Each text encoder of the model with the part of the model folder that it is. */
    static void forEachTextEncoder(DiffusionModel model, BiConsumer<Part, TextEncoder> action) {
        List<Part> parts = List.of(Part.TEXT_ENCODER, Part.TEXT_ENCODER_2);
        for (int i = 0; i < model.prompts().towers().size(); i++) {
            action.accept(parts.get(i), model.prompts().towers().get(i).encoder());
        }
    }

    private LatentBatches batches(
            Dataset pictures, List<LatentBatches.Condition> maps, Optional<LatentBatches.Masks> masks) {
        var settings = new LatentBatches.Settings(
                train.batch(), train.captionDropout(), train.textEncoder(), maps, masks, recipe.seed());
        return new LatentBatches(model, companions.data(() -> encoded(pictures)), texts, settings);
    }

    private EncodedData encoded(Dataset pictures) {
        try (ProgressLine progress =
                ProgressLine.start("encoding", "pictures", 0, pictures.size(), options.out(), options.terminal())) {
            return new EncodedData(model, pictures, options.sharedFiles(), done -> progress.update(done, ""));
        }
    }

    private DiffusionObjective.Settings settings() {
        TimestepSampling timesteps =
                switch (train.timestepSampling()) {
                    case UNIFORM -> new TimestepSampling.Uniform();
                    case LOGIT_NORMAL -> new TimestepSampling.LogitNormal(train.logitMean(), train.logitStd());
                };
        return new DiffusionObjective.Settings(
                train.minSnrGamma(), train.noiseOffset(), timesteps, train.lossBalance());
    }
}
