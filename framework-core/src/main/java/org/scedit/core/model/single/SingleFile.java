package org.scedit.core.model.single;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.TensorSource;
import org.scedit.core.weights.WeightSource;

/**
 * A model in one file of the layout of Latent Diffusion, safetensors or PyTorch. Its architecture is told from names and
 * shapes. What weights do not tell (heads, groups, what is predicted) is the published models', unless the original YAML
 * file lies beside it or a folder of {@code config.json} files is named. CLIP's vocabulary is in no such file.
 */
public final class SingleFile implements ModelParts {
    private static final String VAE = "first_stage_model.";
    /** The refiner's only text encoder is the base model's second. */
    private static final String REFINERS_TEXT = "conditioner.embedders.0.model.";

    static final String SECOND_TEXT = "conditioner.embedders.1.model.";
    /** The padding of OpenCLIP's tokenizer: id 0. */
    private static final String OPEN_CLIP_PADDING = "!";

    private static final String CLIP_PADDING = "<|endoftext|>";
    /** Numbers that SDXL embeds as sinusoids: two sizes and a crop. */
    private static final int EMBEDDED_NUMBERS = 6;

    private final ModelPaths paths;
    private final TensorSource file;
    private final LdmUNet unet;
    private final Family family;
    private final OriginalConfig original;
    private final Map<Part, LoadedPart> parts = new EnumMap<>(Part.class);
    /** What the tensors of each network in the file begin with. */
    private final Map<String, LdmPart> networks = new LinkedHashMap<>();

    private final List<String> notices = new ArrayList<>();

    private SingleFile(ModelPaths paths) {
        this.paths = paths;
        if (paths.variant().isPresent()) {
            throw new UserException(path() + ": is one file, and variants (here '"
                    + paths.variant().get() + "') are files of a folder; leave out variant");
        }
        file = WeightSource.open(paths.path()).tensors();
        if (file.tensors().keySet().stream().noneMatch(key -> key.startsWith(Recognition.UNET))) {
            throw Recognition.noModel(path(), file.tensors().keySet());
        }
        Recognition.requireSupported(path(), file.tensors().keySet());
        unet = new LdmUNet(Shapes.of(file, Recognition.UNET));
        networks.put(Recognition.UNET, unet);
        family = family();
        original = OriginalConfig.read(OriginalConfig.beside(path()));
        readAutoencoder();
        readTextEncoders();
        readUNet();
        checkInput();
        Leftovers.check(file, networks, family).ifPresent(notices::add);
        notices.add(0, path() + ": " + architecture());
    }

    /**
     * Opens a file; its header is read and every tensor's place found.
     *
     * @throws UserException if it is no model, of an architecture that is not supported, or holds tensors that belong
     *     nowhere
     */
    public static SingleFile open(ModelPaths paths) {
        return new SingleFile(paths);
    }

    /**
     * Whether a file of weights is a whole model in the layout of Latent Diffusion.
     *
     * @throws UserException if it is no readable file of weights
     */
    public static boolean isModel(Path file) {
        return WeightSource.open(file).entries().stream()
                .anyMatch(tensor -> tensor.name().startsWith(Recognition.UNET));
    }

    /** What it is, such as {@code Stable Diffusion 1.x, inpainting}. */
    public String architecture() {
        return family.words() + (unet.inChannels() == 9 ? ", inpainting" : "") + ", predicts "
                + prediction().word();
    }

    private Family family() {
        if (unet.hasAddedEmbedding()) {
            boolean second = file.tensors().keySet().stream().anyMatch(key -> key.startsWith(SECOND_TEXT));
            boolean first = file.tensors().keySet().stream().anyMatch(key -> key.startsWith(REFINERS_TEXT));
            if (first && !second || !unet.linearProjection()) {
                throw new UserException(path() + ": looks like "
                        + (unet.linearProjection() ? "SDXL's refiner" : "an upscaler")
                        + ", which is not supported as a model; " + Recognition.SUPPORTED);
            }
            return Family.SDXL;
        }
        return unet.linearProjection() ? Family.SD2 : Family.SD1;
    }

    private void readAutoencoder() {
        var shapes = Shapes.of(file, VAE);
        if (LdmAutoencoder.isIn(shapes)) {
            networks.put(VAE, new LdmAutoencoder(shapes, scalingFactor()));
        }
        paths.vae()
                .map(path -> LoadedPart.named(path, Part.VAE, family))
                .or(() -> ofFile(VAE).map(part -> part.with(pictureSize())))
                .ifPresent(part -> put(Part.VAE, part));
    }

    private double scalingFactor() {
        WeightSource.Entry told = file.tensors().get(Recognition.SCALE_FACTOR);
        return told != null && told.elements() == 1 ? file.floats(Recognition.SCALE_FACTOR)[0] : family.scalingFactor();
    }

    private JsonObject pictureSize() {
        var values = new JsonObject();
        values.addProperty("sample_size", family.pictureSize(prediction()));
        return values;
    }

    private void readTextEncoders() {
        var first = Shapes.of(file, family.textPrefix());
        if (family == Family.SD2 ? OpenClipTextEncoder.isIn(first) : ClipTextEncoder.isIn(first)) {
            networks.put(
                    family.textPrefix(),
                    family == Family.SD2 ? new OpenClipTextEncoder(first, false) : new ClipTextEncoder(first));
        }
        var second = Shapes.of(file, SECOND_TEXT);
        if (family == Family.SDXL && OpenClipTextEncoder.isIn(second)) {
            networks.put(SECOND_TEXT, new OpenClipTextEncoder(second, true));
        }
        paths.textEncoder()
                .map(path -> LoadedPart.named(path, Part.TEXT_ENCODER, family))
                .or(() -> ofFile(family.textPrefix()))
                .ifPresent(part -> put(Part.TEXT_ENCODER, part));
        paths.textEncoder2()
                .map(path -> LoadedPart.named(requirePair(path), Part.TEXT_ENCODER_2, family))
                .or(() -> ofFile(SECOND_TEXT))
                .ifPresent(part -> put(Part.TEXT_ENCODER_2, part));
    }

    private Path requirePair(Path second) {
        if (family != Family.SDXL) {
            throw new UserException(path() + ": is " + family.words() + ", which has one text encoder; leave out the"
                    + " second, " + second);
        }
        return second;
    }

    private Optional<LoadedPart> ofFile(String prefix) {
        return Optional.ofNullable(networks.get(prefix)).map(network -> LoadedPart.of(file, prefix, network));
    }

    private void readUNet() {
        put(Part.UNET, LoadedPart.of(file, Recognition.UNET, unet).with(unetValues()));
    }

    /** What the U-Net's configuration has from the other parts and from the YAML file. */
    private JsonObject unetValues() {
        var values = new JsonObject();
        int side = family.pictureSize(prediction());
        values.addProperty("sample_size", has(Part.VAE) ? side / downsampling() : side / 8);
        if (family == Family.SDXL) {
            int pooled = has(Part.TEXT_ENCODER_2) ? config(Part.TEXT_ENCODER_2).integer("projection_dim", 1280) : 1280;
            values.addProperty("addition_embed_type", "text_time");
            values.addProperty("projection_class_embeddings_input_dim", unet.addedChannels());
            values.addProperty("addition_time_embed_dim", (unet.addedChannels() - pooled) / EMBEDDED_NUMBERS);
        }
        original.heads().ifPresent(heads -> values.addProperty(Proportions.HEADS, heads));
        original.headWidth().ifPresent(width -> {
            var heads = new JsonArray();
            unet.config()
                    .getAsJsonArray(Proportions.CHANNELS)
                    .forEach(channels -> heads.add(Math.max(1, channels.getAsInt() / width)));
            values.add(Proportions.HEADS, heads);
        });
        return values;
    }

    private int downsampling() {
        return 1 << (config(Part.VAE).integers(Proportions.CHANNELS).size() - 1);
    }

    /** With the configuration of the folder that was named, where it has one and the part brings none. */
    private void put(Part part, LoadedPart loaded) {
        Optional<Path> config = paths.config()
                .map(folder -> folder.resolve(part.folder()).resolve("config.json"))
                .filter(path -> !loaded.told() && Files.isRegularFile(path));
        LoadedPart known = config.map(path -> loaded.as(ConfigFile.read(path))).orElse(loaded);
        if (!known.told()) {
            Proportions.require(part, known.config());
            headsNotTold(part).ifPresent(notices::add);
        }
        parts.put(part, known);
    }

    private Optional<String> headsNotTold(Part part) {
        boolean told = original.heads().isPresent() || original.headWidth().isPresent();
        return part != Part.UNET || told || unet.isPublishedSize()
                ? Optional.empty()
                : Optional.of("the number of attention heads is not told by weights; taken as in the published models: "
                        + unet.config().get(Proportions.HEADS));
    }

    private void checkInput() {
        int latent = has(Part.VAE) ? config(Part.VAE).integer("latent_channels", 4) : 4;
        int in = unet.inChannels();
        if (in != latent && in != 2 * latent + 1) {
            String look = in == 2 * latent
                    ? "InstructPix2Pix"
                    : in == latent + 1 ? "a model that takes a depth map" : "a model of another kind";
            throw new UserException(path() + ": its U-Net takes " + in + " channels, so it looks like " + look
                    + ", which is not supported; " + Recognition.SUPPORTED);
        }
    }

    @Override
    public Path path() {
        return paths.path();
    }

    @Override
    public boolean has(Part part) {
        return parts.containsKey(part);
    }

    @Override
    public ConfigFile config(Part part) {
        return part(part).config();
    }

    @Override
    public TensorSource weights(Part part) {
        return part(part).tensors();
    }

    @Override
    public List<Path> files(Part part) {
        return has(part) ? parts.get(part).files() : List.of();
    }

    private LoadedPart part(Part part) {
        if (!has(part)) {
            throw new UserException(missing(part));
        }
        return parts.get(part);
    }

    private String missing(Part part) {
        String way =
                switch (part) {
                    case VAE -> "name one, a folder or a file, as model.vae in a recipe or with --vae";
                    case TEXT_ENCODER ->
                        "name one, a folder or a file, as model.text_encoder in a recipe or with --text-encoder";
                    case TEXT_ENCODER_2 ->
                        "name one, a folder or a file, as model.text_encoder_2 in a recipe or with --text-encoder-2";
                    case UNET -> "use a file that has it";
                };
        return path() + ": has no " + part.words() + "; " + way;
    }

    @Override
    public ClipTokenizer tokenizer(Part encoder) {
        boolean open = encoder == Part.TEXT_ENCODER_2
                || config(encoder).text("hidden_act", "").equals("gelu");
        if (paths.tokenizer().isPresent()) {
            return ClipTokenizer.plain(
                    tokenizerFolder(paths.tokenizer().get()),
                    config(encoder).integer("max_position_embeddings", 77),
                    open ? OPEN_CLIP_PADDING : CLIP_PADDING);
        }
        String name = encoder == Part.TEXT_ENCODER_2 ? "tokenizer_2" : "tokenizer";
        return paths.config()
                .map(folder -> folder.resolve(name))
                .filter(Files::isDirectory)
                .map(ClipTokenizer::load)
                .orElseThrow(() -> new UserException(missingTokenizer()));
    }

    private static Path tokenizerFolder(Path named) {
        Path inner = named.resolve("tokenizer");
        return Files.isRegularFile(named.resolve("vocab.json")) || !Files.isDirectory(inner) ? named : inner;
    }

    private String missingTokenizer() {
        return path()
                + ": holds no vocabulary, as no such file does; name a folder with CLIP's vocab.json and merges.txt,"
                + " such as the tokenizer folder of any Stable Diffusion in diffusers' layout, as model.tokenizer in a"
                + " recipe or with --tokenizer";
    }

    @Override
    public boolean zeroesEmptyPrompt() {
        boolean usual = family == Family.SDXL;
        return paths.config()
                .map(folder -> folder.resolve("model_index.json"))
                .filter(Files::isRegularFile)
                .map(index -> ConfigFile.read(index).flag(ModelParts.ZEROS, usual))
                .orElse(usual);
    }

    private PredictionType prediction() {
        Optional<PredictionType> told = paths.config()
                .map(SingleFile::schedulerFile)
                .filter(Files::isRegularFile)
                .map(path -> SchedulerConfig.read(path).predictionType())
                .or(original::prediction)
                .or(() -> file.tensors().containsKey(Recognition.VELOCITY)
                        ? Optional.of(PredictionType.V_PREDICTION)
                        : Optional.empty());
        Optional<PredictionType> wanted = paths.prediction();
        if (told.isPresent() && wanted.isPresent() && told.get() != wanted.get()) {
            throw new UserException(path() + ": was trained to predict "
                    + told.get().word() + ", not " + wanted.get().word() + "; leave out the prediction");
        }
        return told.or(() -> wanted).orElse(family.prediction());
    }

    private static Path schedulerFile(Path folder) {
        return folder.resolve("scheduler/scheduler_config.json");
    }

    @Override
    public SchedulerConfig scheduler() {
        Optional<Path> given = paths.config().map(SingleFile::schedulerFile).filter(Files::isRegularFile);
        if (given.isPresent()) {
            return SchedulerConfig.read(given.get());
        }
        SchedulerConfig told = family.scheduler().withPrediction(prediction());
        return file.tensors().containsKey(Recognition.ZERO_TERMINAL_SNR) ? told.withZeroTerminalSnr() : told;
    }

    @Override
    public void requireComplete(boolean allWeights) {
        List<String> problems = new ArrayList<>();
        List<Part> needed = new ArrayList<>(List.of(Part.VAE, Part.TEXT_ENCODER));
        if (family == Family.SDXL) {
            needed.add(Part.TEXT_ENCODER_2);
        }
        needed.stream().filter(part -> !has(part)).forEach(part -> problems.add(missing(part)));
        boolean configured = paths.config()
                .filter(folder -> Files.isDirectory(folder.resolve("tokenizer")))
                .isPresent();
        if (paths.tokenizer().isEmpty() && !configured) {
            problems.add(missingTokenizer());
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was loaded");
        }
    }

    @Override
    public List<String> notices() {
        return List.copyOf(notices);
    }
}
