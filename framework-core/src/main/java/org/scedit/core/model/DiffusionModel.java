package org.scedit.core.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.text.ClipTokenizer;
import org.scedit.core.weights.SafetensorsFile;

/**
 * A latent diffusion model from a folder in diffusers' layout: {@code unet/, vae/, text_encoder/, tokenizer/, scheduler/}
 * and {@code model_index.json}. The U-Net is in the wanted precision; autoencoder and text encoder, which run once a
 * picture, are in float32. Close it to free the weights.
 */
public final class DiffusionModel implements AutoCloseable {
    /** The U-Net's and the autoencoder's weights in diffusers' layout. */
    public static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    /** The text encoder's weights in diffusers' layout. */
    public static final String TEXT_WEIGHTS = "model.safetensors";

    private final Path folder;
    private final Precision precision;
    private final NDManager weights;
    private final UNet unet;
    private final Autoencoder autoencoder;
    private final TextEncoder textEncoder;
    private final ClipTokenizer tokenizer;
    private final SchedulerConfig scheduler;

    private DiffusionModel(Path folder, Precision precision) {
        this.folder = folder;
        this.precision = precision;
        unet = UNet.fromConfig(folder.resolve("unet/config.json"));
        autoencoder = Autoencoder.fromConfig(folder.resolve("vae/config.json"));
        textEncoder = TextEncoder.fromConfig(folder.resolve("text_encoder/config.json"));
        tokenizer = ClipTokenizer.load(folder.resolve("tokenizer"));
        scheduler = SchedulerConfig.read(folder.resolve("scheduler/scheduler_config.json"));
        requireAgreement();
        weights = Torch.newManager();
    }

    /**
     * Loads a model with its weights.
     *
     * @param precision of the U-Net
     * @throws UserException if a part is missing or does not fit; the message names the parts
     */
    public static DiffusionModel load(Path folder, Precision precision) {
        requireParts(folder, true);
        var model = new DiffusionModel(folder, precision);
        try {
            new WeightLoader(model.weights, precision)
                    .load(model.unet.parameters(), SafetensorsFile.open(folder.resolve("unet/" + WEIGHTS)));
            model.loadAutoencoder();
            new WeightLoader(model.weights, Precision.FLOAT32)
                    .ignoring(name -> name.endsWith("position_ids"))
                    .load(
                            model.textEncoder.parameters(),
                            SafetensorsFile.open(folder.resolve("text_encoder/" + TEXT_WEIGHTS)));
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Builds a model from its configuration with a fresh U-Net and text encoder; the autoencoder's weights are read, as
     * a U-Net learns another's latents.
     *
     * @param seed of the fresh weights
     * @throws UserException as {@link #load}
     */
    public static DiffusionModel fresh(Path folder, Precision precision, long seed) {
        requireParts(folder, false);
        var model = new DiffusionModel(folder, precision);
        try {
            model.unet.parameters().randomise(model.weights, seed, precision);
            model.textEncoder.parameters().randomise(model.weights, seed + 1, Precision.FLOAT32);
            model.loadAutoencoder();
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private void loadAutoencoder() {
        new WeightLoader(weights, Precision.FLOAT32)
                .renaming(Autoencoder::currentName)
                .load(autoencoder.parameters(), SafetensorsFile.open(folder.resolve("vae/" + WEIGHTS)));
    }

    private static void requireParts(Path folder, boolean allWeights) {
        List<String> parts = new ArrayList<>(List.of(
                "model_index.json",
                "unet/config.json",
                "vae/config.json",
                "vae/" + WEIGHTS,
                "text_encoder/config.json",
                "tokenizer/vocab.json",
                "tokenizer/merges.txt",
                "scheduler/scheduler_config.json"));
        if (allWeights) {
            parts.add("unet/" + WEIGHTS);
            parts.add("text_encoder/" + TEXT_WEIGHTS);
        }
        List<String> missing = parts.stream()
                .filter(part -> !Files.isRegularFile(folder.resolve(part)))
                .toList();
        if (!missing.isEmpty()) {
            throw new UserException(folder + ": is no complete model in diffusers' layout; missing: "
                    + String.join(", ", missing)
                    + "\nname a folder as diffusers saves it, with safetensors weights in every part");
        }
        ConfigFile.read(folder.resolve("model_index.json"))
                .supportOnly("_class_name", "StableDiffusionPipeline", "StableDiffusionPipeline");
    }

    private void requireAgreement() {
        List<String> problems = new ArrayList<>();
        if (unet.inChannels() != autoencoder.latentChannels()) {
            problems.add(folder + ": the U-Net takes " + unet.inChannels() + " channels, the autoencoder makes "
                    + autoencoder.latentChannels());
        }
        if (unet.textChannels() != textEncoder.width()) {
            problems.add(folder + ": the U-Net takes text states of width " + unet.textChannels()
                    + ", the text encoder makes " + textEncoder.width());
        }
        if (tokenizer.vocabularySize() > textEncoder.config().integer("vocab_size")) {
            problems.add(folder + ": the tokenizer has " + tokenizer.vocabularySize()
                    + " tokens, the text encoder knows " + textEncoder.config().integer("vocab_size"));
        }
        if (tokenizer.maxLength() > textEncoder.maxTokens()) {
            problems.add(folder + ": the tokenizer makes prompts of " + tokenizer.maxLength()
                    + " tokens, the text encoder takes " + textEncoder.maxTokens());
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was loaded; the parts are of different models");
        }
    }

    /** The folder it was read from. */
    public Path folder() {
        return folder;
    }

    /** The U-Net. */
    public UNet unet() {
        return unet;
    }

    /** Precision of the U-Net. */
    public Precision precision() {
        return precision;
    }

    /** The autoencoder, float32. */
    public Autoencoder autoencoder() {
        return autoencoder;
    }

    /** The text encoder, float32. */
    public TextEncoder textEncoder() {
        return textEncoder;
    }

    /** The tokenizer. */
    public ClipTokenizer tokenizer() {
        return tokenizer;
    }

    /** The noise schedule it was trained with. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    /** Side of the pictures it was trained on, in pixels. */
    public int pictureSize() {
        return unet.sampleSize() * autoencoder.downsampling();
    }

    /** SHA-256 of the U-Net's weights file in hex; empty for a fresh U-Net. */
    public String unetHash() {
        Path file = folder.resolve("unet/" + WEIGHTS);
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (var in = Files.newInputStream(file)) {
            var digest = java.security.MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
            return java.util.HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read", e);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        weights.close();
    }
}
