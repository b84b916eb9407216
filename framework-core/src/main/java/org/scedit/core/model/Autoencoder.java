package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;

/**
 * diffusers' {@code AutoencoderKL}: pictures to latents and back. Pictures are {@code (batch, 3, height, width)} in
 * [-1, 1]; latents are {@code (batch, latentChannels, height / downsampling, width / downsampling)} and here
 * <em>unscaled</em>: multiply by {@link #scalingFactor} for the U-Net.
 */
public final class Autoencoder {
    private static final double EPSILON = 1e-6;

    private final ConfigFile config;
    private final ParameterSet parameters;
    private final Ops ops;

    private final ConvLayer encoderIn;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final Middle encoderMiddle;
    private final Norm encoderNorm;
    private final ConvLayer encoderOut;
    private final ConvLayer quant;
    private final ConvLayer postQuant;
    private final ConvLayer decoderIn;
    private final Middle decoderMiddle;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final Norm decoderNorm;
    private final ConvLayer decoderOut;

    private record DownBlock(List<ResnetBlock> resnets, ConvLayer downsampler) {}

    private record UpBlock(List<ResnetBlock> resnets, ConvLayer upsampler) {}

    /** Builds the autoencoder without weights. */
    public Autoencoder(ConfigFile config) {
        this.config = config;
        config.supportOnly("_class_name", "AutoencoderKL", "AutoencoderKL");
        config.supportOnly("act_fn", "silu", "silu");
        for (String key : List.of("latents_mean", "latents_std", "shift_factor")) {
            config.supportOnly(key, "none", "none"); // other models' latents, which are not only scaled
        }
        for (String type : config.texts("down_block_types")) {
            if (!type.equals("DownEncoderBlock2D")) {
                throw new UserException(config.file() + ": 'down_block_types' holds " + type
                        + ", which is not supported; supported: DownEncoderBlock2D");
            }
        }
        var model = new ModelBuilder();
        parameters = model.parameters();
        ops = model.ops();
        List<Integer> channels = config.integers("block_out_channels");
        int layers = config.integer("layers_per_block", 1);
        int groups = config.integer("norm_num_groups", 32);
        int latent = latentChannels();
        int blocks = channels.size();
        boolean attends = config.flag("mid_block_add_attention", true);

        encoderIn = new ConvLayer(model, "encoder.conv_in", config.integer("in_channels", 3), channels.get(0), 3, 1, 1);
        int current = channels.get(0);
        for (int i = 0; i < blocks; i++) {
            String path = "encoder.down_blocks." + i;
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int j = 0; j < layers; j++) {
                resnets.add(
                        new ResnetBlock(model, path + ".resnets." + j, current, channels.get(i), 0, groups, EPSILON));
                current = channels.get(i);
            }
            downBlocks.add(new DownBlock(
                    resnets,
                    i < blocks - 1
                            ? new ConvLayer(model, path + ".downsamplers.0.conv", current, current, 3, 2, 0)
                            : null));
        }
        encoderMiddle = new Middle(model, "encoder.mid_block", current, groups, attends);
        encoderNorm = Norm.group(model, "encoder.conv_norm_out", current, groups, EPSILON);
        encoderOut = new ConvLayer(model, "encoder.conv_out", current, 2 * latent, 3, 1, 1);
        quant = config.flag("use_quant_conv", true)
                ? new ConvLayer(model, "quant_conv", 2 * latent, 2 * latent, 1, 1, 0)
                : null;
        postQuant = config.flag("use_post_quant_conv", true)
                ? new ConvLayer(model, "post_quant_conv", latent, latent, 1, 1, 0)
                : null;
        decoderIn = new ConvLayer(model, "decoder.conv_in", latent, current, 3, 1, 1);
        decoderMiddle = new Middle(model, "decoder.mid_block", current, groups, attends);
        for (int i = 0; i < blocks; i++) {
            String path = "decoder.up_blocks." + i;
            int out = channels.get(blocks - 1 - i);
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int j = 0; j < layers + 1; j++) {
                resnets.add(new ResnetBlock(model, path + ".resnets." + j, current, out, 0, groups, EPSILON));
                current = out;
            }
            upBlocks.add(new UpBlock(
                    resnets,
                    i < blocks - 1 ? new ConvLayer(model, path + ".upsamplers.0.conv", out, out, 3, 1, 1) : null));
        }
        decoderNorm = Norm.group(model, "decoder.conv_norm_out", current, groups, EPSILON);
        decoderOut = new ConvLayer(model, "decoder.conv_out", current, config.integer("out_channels", 3), 3, 1, 1);
    }

    /** Reads {@code config.json} of a {@code vae/} folder and builds the autoencoder without weights. */
    public static Autoencoder fromConfig(Path file) {
        return new Autoencoder(ConfigFile.read(file));
    }

    /** diffusers' name of a key: files of its early versions name the attention's layers otherwise. */
    public static String currentName(String key) {
        return key.replace(".query.", ".to_q.")
                .replace(".key.", ".to_k.")
                .replace(".value.", ".to_v.")
                .replace(".proj_attn.", ".to_out.0.");
    }

    /** Its parameters, by diffusers name. */
    public ParameterSet parameters() {
        return parameters;
    }

    /** Its configuration. */
    public ConfigFile config() {
        return config;
    }

    /** Channels of a latent. */
    public int latentChannels() {
        return config.integer("latent_channels", 4);
    }

    /** What latents are multiplied by before the U-Net, and divided by after it. */
    public double scalingFactor() {
        return config.decimal("scaling_factor", 0.18215);
    }

    /** How many pixels a latent pixel spans along each axis. */
    public int downsampling() {
        return 1 << (config.integers("block_out_channels").size() - 1);
    }

    /**
     * The distribution of a picture's latents.
     *
     * @param pictures {@code (batch, 3, height, width)} in [-1, 1]; height and width multiples of the downsampling
     * @return mean and log-variance beside each other, {@code (batch, 2 · latentChannels, height', width')}; the
     *     log-variance is not yet clamped to diffusers' [-30, 20]
     */
    public NDArray encode(NDArray pictures) {
        try (Scope scope = new Scope()) {
            NDArray hidden = encoderIn.forward(pictures, Hooks.NONE);
            for (DownBlock block : downBlocks) {
                for (ResnetBlock resnet : block.resnets()) {
                    hidden = replace(hidden, resnet.forward(hidden, null, Hooks.NONE));
                }
                if (block.downsampler() != null) {
                    NDArray padded = replace(hidden, ops.padRightBottom(hidden));
                    hidden = replace(padded, block.downsampler().forward(padded, Hooks.NONE));
                }
            }
            hidden = encoderMiddle.forward(hidden);
            NDArray moments = encoderOut.forward(encoderNorm.forwardSilu(hidden), Hooks.NONE);
            return scope.keep(quant == null ? moments : quant.forward(moments, Hooks.NONE));
        }
    }

    /** The mean half of {@link #encode}'s result. */
    public NDArray mean(NDArray moments) {
        return moments.get(new NDIndex(":, :" + latentChannels()));
    }

    /** The log-variance half of {@link #encode}'s result, clamped to [-30, 20]. */
    public NDArray logVariance(NDArray moments) {
        return ops.clampLogVariance(moments.get(new NDIndex(":, " + latentChannels() + ":")));
    }

    /**
     * The pictures of latents.
     *
     * @param latents {@code (batch, latentChannels, height', width')}, unscaled
     * @return {@code (batch, 3, height, width)}, about [-1, 1], not clamped
     */
    public NDArray decode(NDArray latents) {
        try (Scope scope = new Scope()) {
            NDArray hidden =
                    decoderIn.forward(postQuant == null ? latents : postQuant.forward(latents, Hooks.NONE), Hooks.NONE);
            hidden = decoderMiddle.forward(hidden);
            for (UpBlock block : upBlocks) {
                for (ResnetBlock resnet : block.resnets()) {
                    hidden = replace(hidden, resnet.forward(hidden, null, Hooks.NONE));
                }
                if (block.upsampler() != null) {
                    NDArray larger = replace(hidden, ops.upsampleTwice(hidden));
                    hidden = replace(larger, block.upsampler().forward(larger, Hooks.NONE));
                }
            }
            return scope.keep(decoderOut.forward(decoderNorm.forwardSilu(hidden), Hooks.NONE));
        }
    }

    private static NDArray replace(NDArray old, NDArray next) {
        old.close();
        return next;
    }

    /** Two ResNets with single-head attention over all pixels between them. */
    private static final class Middle {
        private final ResnetBlock first;
        private final Norm norm;
        private final Attention attention;
        private final ResnetBlock second;
        private final Ops ops;

        Middle(ModelBuilder model, String path, int channels, int groups, boolean attends) {
            ops = model.ops();
            first = new ResnetBlock(model, path + ".resnets.0", channels, channels, 0, groups, EPSILON);
            norm = attends ? Norm.group(model, path + ".attentions.0.group_norm", channels, groups, EPSILON) : null;
            attention = attends ? new Attention(model, path + ".attentions.0", channels, channels, 1, true) : null;
            second = new ResnetBlock(model, path + ".resnets.1", channels, channels, 0, groups, EPSILON);
        }

        NDArray forward(NDArray x) {
            try (Scope scope = new Scope()) {
                NDArray hidden = first.forward(x, null, Hooks.NONE);
                if (attention != null) {
                    NDArray tokens = ops.toTokens(norm.forward(hidden));
                    NDArray attended = attention.forward(tokens, tokens, Hooks.NONE);
                    hidden = ops.add(ops.toPixels(attended, hidden), hidden);
                }
                return scope.keep(second.forward(hidden, null, Hooks.NONE));
            }
        }
    }
}
