package org.scedit.core.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.PartFiles;
import org.scedit.core.weights.PartFiles.Saver;
import org.scedit.core.weights.TensorSource;

/**
 * A model folder in diffusers' layout: {@code unet/, vae/, text_encoder/, tokenizer/, scheduler/} and
 * {@code model_index.json}; Stable Diffusion XL's with {@code text_encoder_2/} and {@code tokenizer_2/}.
 *
 * @param path    the folder
 * @param variant of the weights; empty: the plain files, or {@code fp16} where there are none
 */
record FolderParts(Path path, Optional<String> variant) implements ModelParts {
    private static final String INDEX = "model_index.json";
    private static final List<String> XL = List.of("StableDiffusionXLPipeline", "StableDiffusionXLInpaintPipeline");

    /**
     * @throws UserException if something is named that only a single file needs, or that contradicts the folder; or if it
     *     is the folder of another kind of model
     */
    static FolderParts open(ModelPaths paths) {
        var parts = new FolderParts(paths.path(), paths.variant());
        if (!parts.has(Part.UNET)) {
            parts.requireKind();
        }
        if (paths.config().isPresent()
                || paths.tokenizer().isPresent()
                || paths.vae().isPresent()
                || paths.textEncoder().isPresent()
                || paths.textEncoder2().isPresent()) {
            throw new UserException(
                    paths.path() + ": is a folder and holds its configuration and its parts itself; leave"
                            + " out config, tokenizer, vae and text encoders, which are for single files");
        }
        paths.prediction().ifPresent(wanted -> {
            PredictionType found = parts.scheduler().predictionType();
            if (wanted != found) {
                throw new UserException(paths.path() + ": was trained to predict " + found.word()
                        + ", as its scheduler/scheduler_config.json says, not " + wanted.word()
                        + "; leave out the prediction, or name the model that is meant");
            }
        });
        return parts;
    }

    @Override
    public boolean has(Part part) {
        return Files.isRegularFile(folder(part).resolve("config.json"));
    }

    @Override
    public ConfigFile config(Part part) {
        return ConfigFile.read(folder(part).resolve("config.json"));
    }

    private Path folder(Part part) {
        return path.resolve(part.folder());
    }

    @Override
    public TensorSource weights(Part part) {
        return find(part)
                .orElseThrow(() -> new UserException(folder(part) + ": holds no weights; expected " + expected(part)))
                .open();
    }

    @Override
    public List<Path> files(Part part) {
        return find(part).map(PartFiles::files).orElse(List.of());
    }

    private Optional<PartFiles> find(Part part) {
        return PartFiles.find(folder(part), part.saver(), variant);
    }

    private String expected(Part part) {
        return part.folder() + "/" + part.saver().file(variant);
    }

    @Override
    public ClipTokenizer tokenizer(Part encoder) {
        return ClipTokenizer.load(path.resolve(tokenizerFolder(encoder)));
    }

    private static String tokenizerFolder(Part encoder) {
        return encoder == Part.TEXT_ENCODER_2 ? "tokenizer_2" : "tokenizer";
    }

    @Override
    public boolean zeroesEmptyPrompt() {
        return ConfigFile.read(path.resolve(INDEX)).flag(ZEROS, isXl());
    }

    private boolean isXl() {
        return XL.contains(ConfigFile.read(path.resolve(INDEX)).text("_class_name", ""));
    }

    @Override
    public SchedulerConfig scheduler() {
        return SchedulerConfig.read(path.resolve("scheduler/scheduler_config.json"));
    }

    @Override
    public void requireComplete(boolean allWeights) {
        List<Part> parts = new ArrayList<>(List.of(Part.UNET, Part.VAE, Part.TEXT_ENCODER));
        List<String> files = new ArrayList<>(List.of(INDEX, "scheduler/scheduler_config.json"));
        if (Files.isRegularFile(path.resolve(INDEX)) && isXl()) {
            parts.add(Part.TEXT_ENCODER_2);
        }
        List<String> missing = new ArrayList<>();
        for (Part part : parts) {
            files.add(part.folder() + "/config.json");
            if (part.saver() == Saver.TRANSFORMERS) {
                files.add(tokenizerFolder(part) + "/vocab.json");
                files.add(tokenizerFolder(part) + "/merges.txt");
            }
            if ((allWeights || part == Part.VAE) && find(part).isEmpty()) {
                missing.add(expected(part));
            }
        }
        files.stream().filter(file -> !Files.isRegularFile(path.resolve(file))).forEach(missing::add);
        if (!missing.isEmpty()) {
            throw new UserException(path + ": is no complete model in diffusers' layout; missing: "
                    + String.join(", ", missing)
                    + "\nname a folder as diffusers saves it"
                    + variant.map(each -> ", with weights of variant '" + each + "' in every part, or leave out"
                                    + " model.variant")
                            .orElse(", with weights in every part"));
        }
        requireKind();
    }

    /** Refuses what says of itself that it is something else, and a folder around a single file. */
    private void requireKind() {
        if (Files.isRegularFile(path.resolve(INDEX))) {
            ConfigFile.read(path.resolve(INDEX))
                    .supportOnly(
                            "_class_name",
                            "StableDiffusionPipeline",
                            "StableDiffusionPipeline",
                            "StableDiffusionInpaintPipeline",
                            "StableDiffusionXLPipeline",
                            "StableDiffusionXLInpaintPipeline");
            return;
        }
        singleFile().ifPresent(file -> {
            throw new UserException(
                    path + ": is no model folder in diffusers' layout, it has no " + INDEX + "; it holds the file "
                            + file.getFileName() + ": if that is a whole model, name the file, " + file);
        });
    }

    private Optional<Path> singleFile() {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")
                            || file.toString().endsWith(".ckpt"))
                    .filter(Files::isRegularFile)
                    .min(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
