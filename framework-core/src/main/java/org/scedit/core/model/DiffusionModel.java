package org.scedit.core.model;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.weights.FileHash;

/**
 * A latent diffusion model, of a folder or a single file: U-Net, autoencoder, one text encoder or two with their
 * tokenizers, noise schedule. The U-Net is in the wanted precision; autoencoder and text encoders, which run once a
 * picture, compute in float32, and the text encoders' weights stay in memory as they are stored. Close it to free the
 * weights.
 */
public final class DiffusionModel implements AutoCloseable {
    /** The U-Net's and the autoencoder's weights in diffusers' layout. */
    public static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    /** The text encoder's weights in diffusers' layout. */
    public static final String TEXT_WEIGHTS = "model.safetensors";

    private final ModelParts parts;
    private final Precision precision;
    private final NDManager weights;
    private final UNet unet;
    private final Autoencoder autoencoder;
    private final PromptEncoder prompts;
    private final SchedulerConfig scheduler;
    /** Taken when it is first asked for. */
    private String unetHash;

    private DiffusionModel(ModelParts parts, Precision precision) {
        this.parts = parts;
        this.precision = precision;
        unet = new UNet(parts.config(Part.UNET));
        autoencoder = new Autoencoder(parts.config(Part.VAE));
        prompts = new PromptEncoder(encoders(parts).stream()
                .map(each -> new PromptEncoder.Tower(parts.tokenizer(each), new TextEncoder(parts.config(each))))
                .toList());
        scheduler = parts.scheduler();
        requireAgreement();
        weights = Torch.newManager();
    }

    private static List<Part> encoders(ModelParts parts) {
        return parts.has(Part.TEXT_ENCODER_2)
                ? List.of(Part.TEXT_ENCODER, Part.TEXT_ENCODER_2)
                : List.of(Part.TEXT_ENCODER);
    }

    /** As {@link #load(ModelParts, Precision)} of a model that needs nothing else. */
    public static DiffusionModel load(Path path, Precision precision) {
        return load(ModelParts.open(ModelPaths.of(path)), precision);
    }

    /**
     * Loads a model with its weights.
     *
     * @param precision of the U-Net
     * @throws UserException if a part is missing or does not fit; the message names the parts
     */
    public static DiffusionModel load(ModelParts parts, Precision precision) {
        parts.requireComplete(true);
        var model = new DiffusionModel(parts, precision);
        try {
            new WeightLoader(model.weights, precision).load(model.unet.parameters(), parts.weights(Part.UNET));
            model.loadAutoencoder();
            List<Part> encoders = encoders(parts);
            for (int i = 0; i < encoders.size(); i++) {
                new WeightLoader(model.weights, Precision.FLOAT32)
                        .ignoring(name -> name.endsWith("position_ids"))
                        .asStored()
                        .load(model.encoder(i).parameters(), parts.weights(encoders.get(i)));
            }
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private TextEncoder encoder(int index) {
        return prompts.towers().get(index).encoder();
    }

    /**
     * Builds a model from its configuration with a fresh U-Net and text encoder; the autoencoder's weights are read, as
     * a U-Net learns another's latents.
     *
     * @param seed of the fresh weights
     * @throws UserException as {@link #load}
     */
    public static DiffusionModel fresh(ModelParts parts, Precision precision, long seed) {
        parts.requireComplete(false);
        var model = new DiffusionModel(parts, precision);
        try {
            model.unet.parameters().randomise(model.weights, seed, precision);
            for (int i = 0; i < model.prompts.towers().size(); i++) {
                model.encoder(i).parameters().randomise(model.weights, seed + 1 + i, Precision.FLOAT32);
            }
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
                .load(autoencoder.parameters(), parts.weights(Part.VAE));
    }

    private void requireAgreement() {
        Path path = parts.path();
        List<String> problems = new ArrayList<>();
        int latent = autoencoder.latentChannels();
        if (unet.inChannels() != latent && !inpaints() || unet.outChannels() != latent) {
            problems.add(path + ": the U-Net takes " + unet.inChannels() + " channels and makes " + unet.outChannels()
                    + ", the autoencoder's latents have " + latent);
        }
        if (unet.textChannels() != prompts.width()) {
            problems.add(path + ": the U-Net takes text states of width " + unet.textChannels()
                    + ", the text encoder makes " + prompts.width());
        }
        if (unet.pooledChannels() != prompts.pooledWidth()) {
            problems.add(path + ": the U-Net takes " + orNone(unet.pooledChannels()) + ", the text encoders make "
                    + orNone(prompts.pooledWidth()));
        }
        for (PromptEncoder.Tower tower : prompts.towers()) {
            if (tower.tokenizer().vocabularySize() > tower.encoder().config().integer("vocab_size")) {
                problems.add(path + ": the tokenizer has " + tower.tokenizer().vocabularySize()
                        + " tokens, the text encoder knows "
                        + tower.encoder().config().integer("vocab_size"));
            }
            if (tower.tokenizer().maxLength() > tower.encoder().maxTokens()) {
                problems.add(path + ": the tokenizer makes prompts of "
                        + tower.tokenizer().maxLength() + " tokens, the text encoder takes "
                        + tower.encoder().maxTokens());
            }
            if (tower.tokenizer().maxLength() != prompts.tokens()) {
                problems.add(path + ": the first tokenizer makes prompts of " + prompts.tokens()
                        + " tokens, the second of " + tower.tokenizer().maxLength());
            }
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was loaded; the parts are of different models");
        }
    }

    private static String orNone(int width) {
        return width == 0 ? "no pooled text" : "pooled text of width " + width;
    }

    /** Where it was read from. */
    public ModelParts parts() {
        return parts;
    }

    /** The folder or file it was read from. */
    public Path folder() {
        return parts.path();
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

    /** The tokenizers and text encoders, which compute in float32. */
    public PromptEncoder prompts() {
        return prompts;
    }

    /** Whether its U-Net takes, besides the latents, a mask and the latents of a picture that is masked by it. */
    public boolean inpaints() {
        return inpaints(unet, autoencoder);
    }

    /** Likewise, of the parts of a model that need no weights for it. */
    public static boolean inpaints(UNet unet, Autoencoder autoencoder) {
        return unet.inChannels() == 2 * autoencoder.latentChannels() + 1;
    }

    /** The noise schedule it was trained with. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    /** Side of the pictures it was trained on, in pixels. */
    public int pictureSize() {
        return unet.sampleSize() * autoencoder.downsampling();
    }

    /**
     * SHA-256, in hex, of the file that the U-Net's weights are in, or of its shards one after the other; empty for a
     * U-Net that was made fresh from a folder without weights.
     */
    public String unetHash() {
        if (unetHash == null) {
            List<Path> files = parts.files(Part.UNET);
            unetHash = files.isEmpty() ? "" : FileHash.sha256(files);
        }
        return unetHash;
    }

    /** Bytes of all its weights: numbers times what one takes, the U-Net's in its precision and the others' in float32. */
    public long weightBytes() {
        long others = autoencoder.parameters().count()
                + prompts.towers().stream()
                        .mapToLong(tower -> tower.encoder().parameters().count())
                        .sum();
        return precision.bytes() * unet.parameters().count() + Float.BYTES * others;
    }

    @Override
    public void close() {
        weights.close();
    }
}
