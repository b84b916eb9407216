package org.scedit.core.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Setting;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.DeviceChoice;
import org.scedit.core.engine.Precision;
import org.scedit.core.generate.Start;
import org.scedit.core.hook.Scale;
import org.scedit.core.hub.HubModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneMap;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

/**
 * A run, as its recipe describes it: every key checked, every default filled in.
 *
 * @param name   the run's name, a plain file name
 * @param output the run's folder
 * @param seed   of everything random that has no seed of its own
 * @param device where it is computed
 * @param task   what is trained
 * @param model  the base model
 * @param tuners what is tuned and how; several add up
 * @param conditions where the condition maps come from that tuners take; what is left out is made by the annotator of
 *     that id with its defaults
 * @param data   the pictures; there whenever {@code train} is
 * @param validation the loss on held-out pictures while training; empty for none
 * @param train  empty for a recipe that only draws
 * @param sample the pictures drawn before and after training; empty for none
 * @param evaluate what is measured; empty: of scenes what {@code org.scedit.core.measure.StandardMeasures} says, of other
 *     data nothing
 */
public record Recipe(
        @Setting(value = "the run's name; left out: the recipe's file name", defaultsTo = Derived.DEFAULT)
        String name,

        @Setting(value = "the run's folder; left out: runs/NAME", defaultsTo = Derived.DEFAULT)
        Path output,

        @Setting(value = "seed of everything random", defaultsTo = "0", min = 0)
        long seed,

        @Setting(value = "where it is computed; auto: on a CUDA device if there is one", defaultsTo = "auto")
        DeviceChoice device,

        @Setting(
                value =
                        "tune: the U-Net through tuners; autoencoder: trains the VAE; features: trains a feature network of the"
                                + " scene world from nothing",
                defaultsTo = "tune")
        Task task,

        @Setting("the base model, a block with its path, or its name in a hub")
        Model model,

        @Setting(value = "the tuners; several add up", defaultsTo = "[]")
        List<TunerBlock> tuners,

        @Setting(
                value = "where the tuners' condition maps come from; left out: the annotator of that name",
                defaultsTo = "[]")
        List<ConditionBlock> conditions,

        @Setting(value = "the pictures to train on", defaultsTo = Derived.DEFAULT)
        Optional<Data> data,

        @Setting(value = "the loss on held-out pictures, while training", defaultsTo = Derived.DEFAULT)
        Optional<Validation> validation,

        @Setting(value = "the training; left out: only draw", defaultsTo = Derived.DEFAULT)
        Optional<Train> train,

        @Setting(value = "picture grids before and after training", defaultsTo = Derived.DEFAULT)
        Optional<Sample> sample,

        @Setting(
                value = "how good pictures of held-out captions are, before and after training; left out: of scenes the"
                        + " usual measures, of a folder none",
                defaultsTo = Derived.DEFAULT)
        Optional<Evaluate> evaluate) {
    public Recipe {
        tuners = List.copyOf(tuners);
        conditions = List.copyOf(conditions);
    }

    /**
     * The whole recipe as YAML, every default filled in: the same bytes for equal recipes, and {@link RecipeReader}
     * reads an equal recipe from it.
     */
    public String resolved() {
        return RecipeWriter.write(this);
    }

    /** The same with another model block. */
    public Recipe with(Model other) {
        return new Recipe(
                name, output, seed, device, task, other, tuners, conditions, data, validation, train, sample, evaluate);
    }

    /** What a run trains. */
    public enum Task {
        /** The U-Net through its tuners (with {@code full}, its own weights). */
        TUNE,
        /** The autoencoder (VAE) between pictures and latents. */
        AUTOENCODER,
        /** A feature network of the scene world, beside the model's text encoder. */
        FEATURES
    }

    /** Where the model's weights come from. */
    public enum Weights {
        /** The safetensors files of the model folder. */
        PRETRAINED,
        /** Initialised from the recipe's seed; only the config files of the model folder are read. */
        RANDOM
    }

    /** What happens to a picture that cannot be read. */
    public enum Unreadable {
        /** The run ends and names it. */
        REFUSE,
        /** It is left out and named in the log. */
        SKIP
    }

    /** How the learning rate runs over the steps, after the warm-up. */
    public enum Schedule {
        /** Stays. */
        CONSTANT,
        /** Falls to 0 in a straight line. */
        LINEAR,
        /** Falls to 0 along half a cosine. */
        COSINE
    }

    /** How the timesteps of a batch are drawn. */
    public enum TimestepDraw {
        /** Each as often as any other. */
        UNIFORM,
        /** More of the middle (Esser et al. 2024, arXiv:2403.03206). */
        LOGIT_NORMAL
    }

    /**
     * The base model: a folder, a single file, or the name of a hub's model.
     *
     * @param path      a folder in diffusers' layout or a single file in Latent Diffusion's; exists
     * @param hub       {@code owner/name}, in place of a path
     * @param revision  of the hub's model, a branch, a tag or a commit; empty: main
     * @param commit    that the revision stood for when a run began; empty: the hub is asked
     * @param precision of the frozen backbone
     * @param weights   read or initialised
     * @param variant   of the weights' files of a folder
     * @param config    a folder in diffusers' layout that describes a single file
     * @param tokenizer a folder with CLIP's vocabulary, which single files lack
     * @param vae       an autoencoder for a single file
     * @param textEncoder a text encoder for a single file
     * @param textEncoder_2 a second text encoder for a single file of SDXL; its key is that of diffusers' folders
     * @param prediction what the model must have been trained to predict
     */
    @ExactlyOneOf({"path", "hub"})
    public record Model(
            @Setting(
                    value = "folder of the model in diffusers' layout, or a single file (.safetensors, .ckpt) in the"
                            + " original layout; this or hub",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE_OR_FOLDER)
            Optional<Path> path,

            @Setting(
                    value = "name of a hub's model, OWNER/NAME, which is downloaded once; this or path",
                    defaultsTo = Derived.DEFAULT)
            Optional<String> hub,

            @Setting(value = "branch, tag or commit of the hub's model; left out: main", defaultsTo = Derived.DEFAULT)
            Optional<String> revision,

            @Setting(
                    value = "commit of the hub's model, which a run fills in so that going on takes the same",
                    defaultsTo = Derived.DEFAULT)
            Optional<String> commit,

            @Setting(value = "number format of the frozen backbone", defaultsTo = "float32")
            Precision precision,

            @Setting(
                    value = "pretrained: read from the folder; random: initialised from the seed",
                    defaultsTo = "pretrained")
            Weights weights,

            @Setting(
                    value = "which of the folder's weights, such as fp16; left out: those without a variant, or fp16"
                            + " where there are none",
                    defaultsTo = Derived.DEFAULT)
            Optional<String> variant,

            @Setting(
                    value = "for a single file: folder in diffusers' layout whose config.json files, scheduler and"
                            + " tokenizer describe it; left out: told from the file",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FOLDER)
            Optional<Path> config,

            @Setting(
                    value = "for a single file: folder with CLIP's vocab.json and merges.txt",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FOLDER)
            Optional<Path> tokenizer,

            @Setting(
                    value = "for a single file: folder or file of another autoencoder; left out: the file's",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE_OR_FOLDER)
            Optional<Path> vae,

            @Setting(
                    value = "for a single file: folder or file of another text encoder; left out: the file's",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE_OR_FOLDER)
            Optional<Path> textEncoder,

            @Setting(
                    value = "for a single file of SDXL: folder or file of another second text encoder; left out: the"
                            + " file's",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE_OR_FOLDER)
            Optional<Path> textEncoder_2,

            @Setting(
                    value = "what the model predicts; one that says something else is refused; left out: whatever the"
                            + " model says, or of a single file that does not say, what its architecture's models do",
                    defaultsTo = Derived.DEFAULT)
            Optional<PredictionType> prediction) {
        public Model {
            if (variant.isPresent() && !variant.get().matches("[A-Za-z0-9_-]+")) {
                throw new IllegalArgumentException(
                        "variant must be made of letters, digits, '_' and '-', such as fp16, got '" + variant.get()
                                + "'");
            }
            if (path.isPresent() == hub.isPresent()) {
                throw new IllegalArgumentException("path or hub must be given, and not both");
            }
            if (hub.isEmpty() && (revision.isPresent() || commit.isPresent())) {
                throw new IllegalArgumentException((revision.isPresent() ? "revision" : "commit")
                        + " is of a hub's model, and the model is a path; remove it");
            }
            Map<String, Optional<Path>> ofSingleFiles = new LinkedHashMap<>();
            ofSingleFiles.put("config", config);
            ofSingleFiles.put("tokenizer", tokenizer);
            ofSingleFiles.put("vae", vae);
            ofSingleFiles.put("text_encoder", textEncoder);
            ofSingleFiles.put("text_encoder_2", textEncoder_2);
            ofSingleFiles.forEach((key, given) -> {
                if (hub.isPresent() && given.isPresent()) {
                    throw new IllegalArgumentException(
                            key + " is for a single file, and a hub's model is a folder that has it; remove it");
                }
            });
            byName(hub, revision, commit); // refuses names that no hub has
        }

        /** The hub's model, where it is given by name. */
        public Optional<HubModel> byName() {
            return byName(hub, revision, commit);
        }

        private static Optional<HubModel> byName(
                Optional<String> hub, Optional<String> revision, Optional<String> commit) {
            return hub.map(name -> new HubModel(name, revision.orElse(HubModel.MAIN), commit));
        }

        /** What it is called: its path or its name. */
        public String title() {
            return path.map(Path::toString)
                    .or(() -> byName().map(HubModel::toString))
                    .orElseThrow();
        }

        /**
         * Its parts; no weights are read.
         *
         * @param base where it is, a hub's model too
         */
        public ModelParts parts(Path base) {
            return ModelParts.open(
                    new ModelPaths(base, variant, config, tokenizer, vae, textEncoder, textEncoder_2, prediction));
        }

        /** The same with the revision written out and the commit that it stands for; a path has neither. */
        public Model at(String resolved) {
            return hub.isEmpty()
                    ? this
                    : new Model(
                            path,
                            hub,
                            revision.or(() -> Optional.of(HubModel.MAIN)),
                            Optional.of(resolved),
                            precision,
                            weights,
                            variant,
                            config,
                            tokenizer,
                            vae,
                            textEncoder,
                            textEncoder_2,
                            prediction);
        }
    }

    /** A block whose keys go on with those of what it uses. */
    sealed interface PluginBlock {
        /** The settings of what it uses. */
        Record config();
    }

    /**
     * One tuner: the keys that every tuner has, and its plugin's own.
     *
     * @param use     the plugin's id
     * @param name    unique in the recipe; the name of the weights' file
     * @param scale   0 is the base model, 1 the trained strength; above 1 is allowed. Training uses the scale of the first
     *     denoising step
     * @param weights a tuner file to start from, of this or another tool, or a folder with one and its configuration; exists
     * @param merge   whether its residuals are moved into the U-Net's weights before drawing; only without {@code train}
     * @param config  the plugin's configuration record
     */
    public record TunerBlock(String use, String name, Scale scale, Optional<Path> weights, boolean merge, Record config)
            implements PluginBlock {
        /** The keys of every tuner, bound on their own; the plugin's record takes the rest. */
        record Common(
                @Setting("the plugin's id, as 'scedit plugins' lists it")
                String use,

                @Setting(
                        value = "unique name, also of the weights' file; left out: the plugin's id",
                        defaultsTo = Derived.DEFAULT)
                String name,

                @Setting(
                        value = "strength of the residuals: 0 is the base model, 1 the trained strength; {from: 1.0,"
                                + " to: 0.2} or {points: [[0, 1.0], [0.5, 0.3]]} over the denoising steps",
                        defaultsTo = "1.0",
                        min = 0)
                @Hint("0 is the base model, 1 the trained strength")
                double scale,

                @Setting(
                        value = "tuner file to start from, also of other tools; left out: a fresh tuner",
                        defaultsTo = Derived.DEFAULT)
                @MustExist(MustExist.Kind.FILE_OR_FOLDER)
                Optional<Path> weights,

                @Setting(
                        value =
                                "for drawing only: move the residuals into the U-Net's weights, where they cost no time;"
                                        + " for tuners of layers, such as lora",
                        defaultsTo = "false")
                boolean merge) {}
    }

    /**
     * One condition: the keys that every condition has, and those of the annotator.
     *
     * @param use     the annotator's id, or {@code file} or {@code scene}
     * @param name    what tuners ask for; unique in the recipe
     * @param dropout share of training pictures whose map is black
     * @param config  the annotator's configuration record, a {@link FileMaps} or a {@link SceneMaps}
     */
    public record ConditionBlock(String use, String name, double dropout, Record config) implements PluginBlock {
        /** The keys of every condition, bound on their own; the annotator's record takes the rest. */
        record Common(
                @Setting("an annotator's id, as 'scedit plugins' lists it, or file or scene")
                String use,

                @Setting(
                        value = "unique name, which tuners ask for; left out: the annotator's id",
                        defaultsTo = Derived.DEFAULT)
                String name,

                @Setting(value = "share of training pictures whose map is black", defaultsTo = "0.0", min = 0, max = 1)
                double dropout) {}
    }

    /**
     * Condition {@code file}: ready maps of the pictures of a folder.
     *
     * @param path holds a map for each picture of the data, of the same relative name or the same ending in .png, and of
     *     the same size; exists
     */
    public record FileMaps(
            @Setting("folder with a map for each picture: the same name (or ending in .png), the same size")
            @MustExist(MustExist.Kind.FOLDER)
            Path path) {}

    /**
     * Condition {@code scene}: exact maps of the scene world.
     *
     * @param map which
     */
    public record SceneMaps(
            @Setting("which of a scene's exact maps") SceneMap map) {}

    /** Where the training pictures come from. */
    @ChosenBy("source")
    public sealed interface Data permits ScenesData, FolderData {}

    /**
     * Pictures of the procedural scene world.
     *
     * @param styles  how they are drawn, picture after picture in turn
     * @param count   how many different pictures
     * @param seed    which pictures
     * @param objects how many objects a picture may have; a number given twice comes twice as often
     * @param split   which combinations of colour and shape
     */
    public record ScenesData(
            @Setting(
                    value = "how the scenes are drawn; with several, picture after picture in turn",
                    defaultsTo = "[plain]")
            List<Style> styles,

            @Setting(value = "how many different pictures", min = 1)
            int count,

            @Setting(value = "which pictures; left out: the recipe's seed", defaultsTo = Derived.DEFAULT, min = 0)
            long seed,

            @Setting(
                    value = "how many objects a picture may have; a number given twice comes twice as often",
                    defaultsTo = "[1, 1, 2, 2, 3]",
                    min = 1,
                    max = Scene.MOST_OBJECTS)
            List<Integer> objects,

            @Setting(
                    value = "which combinations of colour and shape: those for training or those held out",
                    defaultsTo = "train")
            Split split)
            implements Data {
        public ScenesData {
            styles = List.copyOf(styles);
            objects = List.copyOf(objects);
            if (styles.isEmpty()) {
                throw new IllegalArgumentException("styles must hold at least one style, such as [plain], got []");
            }
            if (objects.isEmpty()) {
                throw new IllegalArgumentException("objects must hold at least one number, such as [1, 2], got []");
            }
        }
    }

    /**
     * A folder of pictures with captions: {@code metadata.jsonl}, or {@code NAME.txt} beside {@code NAME.png}.
     *
     * @param path       the folder; exists
     * @param size       side of the square the pictures are resized and centre-cropped to, in pixels; empty: the
     *                   model's own
     * @param unreadable what happens to a picture that cannot be read
     */
    public record FolderData(
            @Setting("folder with pictures and metadata.jsonl, or NAME.txt beside NAME.png")
            @MustExist(MustExist.Kind.FOLDER)
            Path path,

            @Setting(
                    value = "side of the pictures in pixels (short side resized, then centre-cropped); left out: the"
                            + " model's",
                    defaultsTo = Derived.DEFAULT,
                    min = 8)
            Optional<Integer> size,

            @Setting(value = "what happens to a picture that cannot be read", defaultsTo = "refuse")
            Unreadable unreadable)
            implements Data {}

    /**
     * The training. Exactly one of {@code steps} and {@code epochs} is there.
     *
     * @param steps           optimizer steps
     * @param epochs          passes over the data
     * @param batch           pictures in one forward pass
     * @param accumulate      forward passes in one optimizer step
     * @param learningRate    AdamW's, after the warm-up
     * @param schedule        of the learning rate
     * @param warmup          optimizer steps in which the learning rate rises from 0
     * @param betas           AdamW's two, each in [0, 1)
     * @param epsilon         AdamW's
     * @param weightDecay     AdamW's
     * @param clipNorm        largest norm of all gradients together; 0 = off
     * @param captionDropout  share of captions replaced by the empty one, for classifier-free guidance
     * @param minSnrGamma     min-SNR loss weighting (Hang et al. 2023, arXiv:2303.09556); 0 = off
     * @param noiseOffset     size of an offset common to a channel's noise; 0 = off
     * @param timestepSampling how timesteps are drawn
     * @param logitMean       of logit-normal: 0 is the middle of the timesteps, below is less noise
     * @param logitStd        of logit-normal: its width
     * @param lossBalance     weights each sample by 1 / running mean loss of its timestep bin
     * @param emaDecay        of the exponential moving average of the weights, in [0, 1); 0 = off
     * @param gradientCheckpointing keeps less for the gradients and computes it again
     * @param masksPerPicture of a U-Net for inpainting: masks that each picture has, each encoded once
     * @param textEncoder     also trains the text encoder
     * @param checkpointEvery optimizer steps between checkpoints; 0 = only at the end or when interrupted
     */
    @ExactlyOneOf({"steps", "epochs"})
    public record Train(
            @Setting(value = "optimizer steps; this or epochs", defaultsTo = Derived.DEFAULT, min = 1)
            @Hint("for inference only, leave out 'train'")
            Optional<Integer> steps,

            @Setting(value = "passes over the data; this or steps", defaultsTo = Derived.DEFAULT, min = 1)
            @Hint("for inference only, leave out 'train'")
            Optional<Integer> epochs,

            @Setting(value = "pictures in one forward pass", defaultsTo = "4", min = 1)
            int batch,

            @Setting(value = "forward passes in one optimizer step", defaultsTo = "1", min = 1)
            int accumulate,

            @Setting(
                    value = "learning rate after the warm-up",
                    defaultsTo = "1.0e-4",
                    min = 0,
                    aboveMin = true,
                    max = 1)
            double learningRate,

            @Setting(value = "how the learning rate runs after the warm-up", defaultsTo = "constant")
            Schedule schedule,

            @Setting(value = "optimizer steps in which the learning rate rises from 0", defaultsTo = "0", min = 0)
            int warmup,

            @Setting(value = "AdamW's betas", defaultsTo = "[0.9, 0.999]", min = 0)
            List<Double> betas,

            @Setting(value = "AdamW's epsilon", defaultsTo = "1.0e-8", min = 0, aboveMin = true)
            double epsilon,

            @Setting(value = "AdamW's weight decay", defaultsTo = "1.0e-2", min = 0)
            double weightDecay,

            @Setting(value = "largest norm of all gradients together; 0 = off", defaultsTo = "1.0", min = 0)
            double clipNorm,

            @Setting(value = "share of captions replaced by the empty one", defaultsTo = "0.1", min = 0, max = 1)
            double captionDropout,

            @Setting(value = "gamma of the min-SNR loss weighting; 0 = off", defaultsTo = "0", min = 0)
            double minSnrGamma,

            @Setting(
                    value = "size of an offset common to a channel's noise; 0 = off",
                    defaultsTo = "0",
                    min = 0,
                    max = 1)
            double noiseOffset,

            @Setting(value = "how the timesteps of a batch are drawn", defaultsTo = "uniform")
            TimestepDraw timestepSampling,

            @Setting(
                    value = "mean of logit-normal: 0 is the middle of the timesteps, below is less noise",
                    defaultsTo = "0")
            double logitMean,

            @Setting(value = "width of logit-normal", defaultsTo = "1", min = 0, aboveMin = true)
            double logitStd,

            @Setting(value = "weight each sample by 1 / running mean loss of its timestep bin", defaultsTo = "false")
            boolean lossBalance,

            @Setting(value = "decay of the moving average of the weights, below 1; 0 = off", defaultsTo = "0", min = 0)
            double emaDecay,

            @Setting(
                    value = "keep only what goes into the U-Net's layers and compute them again for their gradients:"
                            + " less memory, more time, the same result",
                    defaultsTo = "false")
            boolean gradientCheckpointing,

            @Setting(
                    value = "for inpainting models: random masks that each picture has; more take more time and memory,"
                            + " as the autoencoder encodes each once",
                    defaultsTo = "4",
                    min = 1)
            int masksPerPicture,

            @Setting(value = "also train the text encoder (with tuner full)", defaultsTo = "false")
            boolean textEncoder,

            @Setting(
                    value = "optimizer steps between checkpoints; 0 = only at the end or when interrupted",
                    defaultsTo = "100",
                    min = 0)
            int checkpointEvery) {
        public Train {
            betas = List.copyOf(betas);
            if (betas.size() != 2 || betas.stream().anyMatch(beta -> beta >= 1)) {
                throw new IllegalArgumentException(
                        "betas must be two numbers below 1, such as [0.9, 0.999], got " + betas);
            }
            if (emaDecay >= 1) {
                throw new IllegalArgumentException(
                        "ema_decay must be below 1, such as 0.999, got " + emaDecay + "; 0 turns it off");
            }
            if (steps.isPresent() == epochs.isPresent()) {
                throw new IllegalArgumentException("steps or epochs must be given, and not both");
            }
        }

        /**
         * Optimizer steps of the whole training; a step at the end of an epoch is filled up from the next.
         *
         * @param pictures how many the data holds, at least 1
         */
        public int totalSteps(int pictures) {
            long perStep = (long) batch * accumulate;
            long perEpoch = (pictures + perStep - 1) / perStep;
            return steps.orElseGet(() -> (int) Math.min(Integer.MAX_VALUE, epochs.orElseThrow() * perEpoch));
        }
    }

    /**
     * The pictures drawn before and after training, with the same seeds.
     *
     * @param prompts        one picture each; empty if {@code count} is given
     * @param count          pictures drawn from captions of the scene world instead of written prompts
     * @param controls       what the pictures of the prompts are conditioned on; with {@code count} the scenes' own
     * @param preprocessed   whether the controls are ready maps rather than pictures to make maps of
     * @param negativePrompt what guidance leads away from
     * @param steps          denoising steps
     * @param guidance       classifier-free guidance scale; 1 = off
     * @param guidanceRescale share of the rescaling of Lin et al. 2023 (arXiv:2305.08891), 0..1
     * @param sampler        empty: the one the model comes with
     * @param karras         whether noise levels are placed by Karras' spacing; empty: as the model's scheduler says
     * @param spacing        of the timesteps
     * @param image          the picture that all start from; empty: from noise
     * @param strength       how far the picture may change, above 0 up to 1; empty: that of {@link Start}
     * @param mask           what is light in it is drawn anew, what is dark is kept; empty: all is drawn anew
     * @param seed           of the first picture's noise; each further picture takes the next
     * @param every          optimizer steps between further grids; 0 = none
     */
    @ExactlyOneOf({"prompts", "count"})
    public record Sample(
            @Setting(value = "one picture each; this or count", defaultsTo = "[]")
            List<String> prompts,

            @Setting(
                    value = "pictures from captions of the scene world; this or prompts",
                    defaultsTo = Derived.DEFAULT,
                    min = 1)
            Optional<Integer> count,

            @Setting(
                    value = "of each condition that tuners take: a picture, or a folder with one for each prompt",
                    defaultsTo = "{}")
            Controls controls,

            @Setting(value = "whether the controls are ready maps already", defaultsTo = "false")
            boolean preprocessed,

            @Setting(value = "what guidance leads away from", defaultsTo = "''")
            String negativePrompt,

            @Setting(value = "denoising steps", defaultsTo = "20", min = 1, max = 1000)
            int steps,

            @Setting(value = "classifier-free guidance scale; 1 = off", defaultsTo = "5.0", min = 0)
            double guidance,

            @Setting(value = "share of guidance rescaling", defaultsTo = "0.0", min = 0, max = 1)
            double guidanceRescale,

            @Setting(
                    value = "sampler; left out: the one the model comes with, where it is known, else ddim",
                    defaultsTo = Derived.DEFAULT)
            Optional<SamplerName> sampler,

            @Setting(
                    value = "noise levels by Karras' spacing; left out: as the model's scheduler says",
                    defaultsTo = Derived.DEFAULT)
            Optional<Boolean> karras,

            @Setting(value = "spacing of the timesteps", defaultsTo = "trailing")
            TimestepSpacing spacing,

            @Setting(
                    value = "picture to start from, of the size that is drawn; left out: from noise",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE)
            Optional<Path> image,

            @Setting(
                    value =
                            "share of the steps taken from the image: how far it may change; left out: 0.8, with a mask 1",
                    defaultsTo = Derived.DEFAULT,
                    min = 0,
                    aboveMin = true,
                    max = 1)
            Optional<Double> strength,

            @Setting(
                    value =
                            "of the image's size: light where it is drawn anew, dark where it is kept; left out: all anew",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE)
            Optional<Path> mask,

            @Setting(
                    value = "seed of the first picture's noise; each further picture takes the next",
                    defaultsTo = "2023",
                    min = 0)
            long seed,

            @Setting(value = "optimizer steps between further grids; 0 = none", defaultsTo = "0", min = 0)
            int every) {
        public Sample {
            prompts = List.copyOf(prompts);
            if (prompts.isEmpty() == count.isEmpty()) {
                throw new IllegalArgumentException("prompts or count must be given, and not both");
            }
        }
    }

    /**
     * The loss on held-out pictures, at noise and timesteps that depend on nothing but this block, so that it can be
     * compared between methods and seeds.
     *
     * @param count     pictures that it is the mean over; those of the training data that it is compared with are as many
     * @param every     optimizer steps between one and the next; the last step has one too
     * @param timesteps at each of so many, spread evenly, each picture is noised and denoised once
     * @param seed      of the noise, and of which scenes are held out
     * @param path      of a folder of held-out pictures; exists
     * @param fraction  share of the training folder that is held out and never trained on
     */
    public record Validation(
            @Setting(value = "held-out pictures, at most", defaultsTo = "32", min = 1)
            int count,

            @Setting(
                    value = "optimizer steps between one and the next; the last has one too",
                    defaultsTo = "50",
                    min = 1)
            int every,

            @Setting(value = "timesteps that each picture is denoised at", defaultsTo = "8", min = 1, max = 1000)
            int timesteps,

            @Setting(value = "of the noise, and of which scenes are held out", defaultsTo = "0", min = 0)
            long seed,

            @Setting(
                    value = "for data source folder: folder of held-out pictures like that of data; this or fraction",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FOLDER)
            Optional<Path> path,

            @Setting(
                    value =
                            "for data source folder: share of its pictures that is held out, chosen by their names; this"
                                    + " or path",
                    defaultsTo = Derived.DEFAULT,
                    min = 0,
                    aboveMin = true,
                    max = 0.9)
            Optional<Double> fraction) {}

    /**
     * How good pictures are that are drawn from the captions of held-out data, as {@code sample} says.
     *
     * @param measures   at least one
     * @param count      pictures that each measure sees, unless it says otherwise
     * @param references held-out pictures that drawn ones are compared with; empty: as many as are drawn
     * @param variations how many pictures of one prompt are drawn for measures of variety
     * @param before     whether the model is also measured before training
     * @param features   the network that measures of features take; empty: the embedded one
     */
    public record Evaluate(
            @Setting("what is measured: ids of measures, as 'scedit plugins' lists them, or blocks with 'use'")
            List<MeasureBlock> measures,

            @Setting(value = "pictures that each measure sees", defaultsTo = "48", min = 1)
            int count,

            @Setting(
                    value = "held-out pictures that drawn ones are compared with; left out: as many as are drawn",
                    defaultsTo = Derived.DEFAULT,
                    min = 1)
            Optional<Integer> references,

            @Setting(value = "pictures of one prompt, for measures of variety", defaultsTo = "{prompts: 4, seeds: 4}")
            Variations variations,

            @Setting(value = "whether the model is also measured before training", defaultsTo = "true")
            boolean before,

            @Setting(
                    value = "the network whose features of pictures are compared, a block with its file; left out or"
                            + " embedded: the one that comes with the framework, for pictures of scenes",
                    defaultsTo = Derived.DEFAULT)
            Optional<Features> features) {
        public Evaluate {
            measures = List.copyOf(measures);
            if (measures.isEmpty()) {
                throw new IllegalArgumentException(
                        "measures must hold at least one measure, such as [captions], got []");
            }
        }
    }

    /**
     * A feature network in a file: {@code (pictures, 3, size, size) → (pictures, features)}.
     *
     * @param torchscript as torch.jit writes it; exists
     * @param onnx        in place of it; exists
     * @param size        side of the pictures it takes, in pixels
     * @param mean        of red, green and blue, subtracted from levels of 0..1
     * @param deviation   of red, green and blue, which the rest is divided by
     */
    @ExactlyOneOf({"torchscript", "onnx"})
    public record Features(
            @Setting(
                    value = "network in TorchScript, as torch.jit writes it; this or onnx",
                    defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE)
            Optional<Path> torchscript,

            @Setting(value = "network in ONNX; this or torchscript", defaultsTo = Derived.DEFAULT)
            @MustExist(MustExist.Kind.FILE)
            Optional<Path> onnx,

            @Setting(
                    value = "side of the pictures that it takes, which all are resized to, in pixels",
                    defaultsTo = "299",
                    min = 1)
            int size,

            @Setting(
                    value = "subtracted from the levels 0..1 of red, green and blue",
                    defaultsTo = "[0.5, 0.5, 0.5]",
                    min = 0)
            List<Double> mean,

            @Setting(
                    value =
                            "what the rest is divided by; with mean [0, 0, 0], 0.00392156862745098 makes levels of 0..255",
                    defaultsTo = "[0.5, 0.5, 0.5]",
                    min = 0,
                    aboveMin = true)
            List<Double> deviation) {
        public Features {
            mean = List.copyOf(mean);
            deviation = List.copyOf(deviation);
            if (mean.size() != 3 || deviation.size() != 3) {
                throw new IllegalArgumentException(
                        "mean and deviation must be three numbers each, of red, green and blue, got " + mean + " and "
                                + deviation);
            }
            if (torchscript.isPresent() == onnx.isPresent()) {
                throw new IllegalArgumentException("torchscript or onnx must be given, and not both");
            }
        }
    }

    /**
     * Pictures that differ in nothing but their noise.
     *
     * @param prompts how many prompts are varied, the first ones
     * @param seeds   pictures of each
     */
    public record Variations(
            @Setting(value = "prompts that are drawn several times", defaultsTo = "4", min = 1)
            int prompts,

            @Setting(value = "pictures of each of them", defaultsTo = "4", min = 2)
            int seeds) {}

    /**
     * One measure: the keys that every measure has, and its plugin's own.
     *
     * @param use       the measure's id
     * @param name      unique in the recipe
     * @param condition whose maps the pictures should follow; empty: the only one there is, where the measure needs one
     * @param count     pictures that it sees; empty: as the block of all measures says
     * @param config    the measure's configuration record
     */
    public record MeasureBlock(
            String use, String name, Optional<String> condition, Optional<Integer> count, Record config)
            implements PluginBlock {
        /** The keys of every measure, bound on their own; the plugin's record takes the rest. */
        record Common(
                @Setting("the measure's id, as 'scedit plugins' lists it")
                String use,

                @Setting(
                        value = "unique name; left out: the measure's id, and its condition where one is given",
                        defaultsTo = Derived.DEFAULT)
                String name,

                @Setting(
                        value =
                                "the condition whose maps the pictures should follow, for measures that compare with one;"
                                        + " left out: the only one",
                        defaultsTo = Derived.DEFAULT)
                Optional<String> condition,

                @Setting(
                        value = "pictures that it sees; left out: as for all measures",
                        defaultsTo = Derived.DEFAULT,
                        min = 1)
                Optional<Integer> count) {}

        /** The name that a block has unless it says otherwise. */
        public static String defaultName(String use, Optional<String> condition) {
            return condition.map(name -> use + "-" + name).orElse(use);
        }

        /** Whether the recipe gave it a name of its own. */
        public boolean named() {
            return !name.equals(defaultName(use, condition));
        }
    }

    /**
     * Control pictures, in the order given.
     *
     * @param paths by the condition's name, a picture or a folder of pictures each; exist
     */
    public record Controls(Map<String, Path> paths) {
        /** None. */
        public static final Controls NONE = new Controls(Map.of());

        public Controls {
            paths = Collections.unmodifiableMap(new LinkedHashMap<>(paths));
        }
    }
}
