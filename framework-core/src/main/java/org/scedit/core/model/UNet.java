package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import org.scedit.api.UNetLayout;
import org.scedit.api.formats.Json;
import org.scedit.core.UserException;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;

/**
 * diffusers' {@code UNet2DConditionModel}, of the form of Stable Diffusion 1.x, 2.x and XL and of their inpainting
 * models: predicts the noise in latents, given a timestep and a text. The one forward pass that tuners hang their residuals on.
 */
public final class UNet {
    private final ConfigFile config;
    private final UNetConfig settings;
    private final ParameterSet parameters;
    private final Ops ops;
    private final UNetEncoder encoder;
    private final UNetDecoder decoder;
    private final UNetLayout layout;

    /**
     * Builds the U-Net without weights.
     *
     * @throws UserException if the configuration asks for something that is not supported
     */
    public UNet(ConfigFile config) {
        this(config, new Ops());
    }

    /**
     * Builds the U-Net without weights.
     *
     * @param ops what it and the tuners on it compute with
     * @throws UserException if the configuration asks for something that is not supported
     */
    public UNet(ConfigFile config, Ops ops) {
        this.config = config;
        settings = UNetConfig.of(config);
        var model = new ModelBuilder(ops);
        this.ops = ops;
        parameters = model.parameters();
        encoder = new UNetEncoder(model, settings);
        decoder = new UNetDecoder(model, settings, encoder.skips());
        layout = new UNetLayout(
                decoder.skips(),
                encoder.features(),
                parameters.layers(),
                parameters.shapes(),
                Json.object(config.values().toString()));
    }

    /** Reads {@code config.json} of a {@code unet/} folder and builds the U-Net without weights. */
    public static UNet fromConfig(Path file) {
        return new UNet(ConfigFile.read(file));
    }

    /** Its configuration. */
    public ConfigFile config() {
        return config;
    }

    /** What it computes with. */
    public Ops ops() {
        return ops;
    }

    /** What it offers to tuners. */
    public UNetLayout layout() {
        return layout;
    }

    /** Its parameters, by diffusers name. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Channels of the latents it takes. */
    public int inChannels() {
        return settings.inChannels();
    }

    /** Width of the text states it takes. */
    public int textChannels() {
        return settings.textChannels();
    }

    /** Channels of what it predicts: those of the latents without what an inpainting model takes besides them. */
    public int outChannels() {
        return settings.outChannels();
    }

    /** Width of the pooled text it takes besides the text states, with the sizes of pictures; 0 if it takes neither. */
    public int pooledChannels() {
        return settings.addition().map(UNetConfig.Addition::pooledChannels).orElse(0);
    }

    /** Height and width in latent pixels it was trained at. */
    public int sampleSize() {
        return config.integer("sample_size", 64);
    }

    /**
     * Predicts the noise (or whatever the model was trained to predict).
     *
     * @param latents   {@code (batch, inChannels, height, width)}, float32; height and width need not be divisible by 8
     * @param timesteps a timestep for each picture of the batch, 0..999
     * @param text      {@code (batch, tokens, textChannels)}, float32
     * @param precision of the weights; the arithmetic follows it
     * @param hooks     asked at every hook point
     * @return {@code (batch, outChannels, height, width)}, float32; belongs to the manager of {@code latents}
     */
    public NDArray forward(NDArray latents, float[] timesteps, NDArray text, Precision precision, Hooks hooks) {
        return forward(latents, timesteps, TextCondition.of(text), precision, hooks);
    }

    /**
     * {@link #forward(NDArray, float[], NDArray, Precision, Hooks)} with all that the U-Net is conditioned on.
     *
     * @throws IllegalArgumentException if it takes pooled text and sizes, and they are missing or of another shape
     */
    public NDArray forward(NDArray latents, float[] timesteps, TextCondition text, Precision precision, Hooks hooks) {
        try (Scope scope = new Scope()) {
            return scope.keep(decode(encode(latents, timesteps, text, precision, hooks), hooks));
        }
    }

    /**
     * The way down alone; what it makes belongs to the open scope.
     *
     * @return what {@link #decode} makes the prediction of
     */
    public UNetEncoding encode(
            NDArray latents, float[] timesteps, TextCondition text, Precision precision, Hooks hooks) {
        NDArray states = Autograd.cut(ops.to(text.states(), precision));
        var condition = new TextCondition(states, text.added());
        return new UNetEncoding(encoder.forward(latents, timesteps, condition, null, precision, hooks), states);
    }

    /**
     * The way up alone.
     *
     * @param encoding is consumed
     * @return as {@link #forward(NDArray, float[], TextCondition, Precision, Hooks)}
     */
    public NDArray decode(UNetEncoding encoding, Hooks hooks) {
        try (Scope scope = new Scope()) {
            NDArray out = decoder.forward(encoding.encoded(), encoding.text(), hooks);
            return scope.keep(ops.to(out, Precision.FLOAT32));
        }
    }
}
