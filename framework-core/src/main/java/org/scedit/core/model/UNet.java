package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.scedit.api.SkipPoint;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/**
 * diffusers' {@code UNet2DConditionModel}, of the Stable Diffusion 1.x and 2.x form: predicts the noise in latents,
 * given a timestep and a text. The one forward pass that tuners hang their residuals on.
 */
public final class UNet {
    private final ConfigFile config;
    private final ParameterSet parameters;
    private final Ops ops;
    private final UNetLayout layout;

    private final int baseChannels;
    private final ConvLayer convIn;
    private final LinearLayer time1;
    private final LinearLayer time2;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final ResnetBlock middleIn;
    private final List<Transformer2D> middleAttention = new ArrayList<>();
    private final ResnetBlock middleOut;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final Norm normOut;
    private final ConvLayer convOut;

    private record DownBlock(List<ResnetBlock> resnets, List<Transformer2D> attentions, ConvLayer downsampler) {}

    private record UpBlock(
            List<ResnetBlock> resnets, List<Transformer2D> attentions, List<SkipPoint> skips, ConvLayer upsampler) {}

    /**
     * Builds the U-Net without weights.
     *
     * @throws UserException if the configuration asks for something that is not supported
     */
    public UNet(ConfigFile config) {
        this.config = config;
        refuseUnsupported(config);
        var model = new ModelBuilder();
        parameters = model.parameters();
        ops = model.ops();

        List<Integer> channels = config.integers("block_out_channels");
        List<String> downTypes = config.texts("down_block_types");
        List<String> upTypes = config.texts("up_block_types");
        int blocks = channels.size();
        if (downTypes.size() != blocks || upTypes.size() != blocks) {
            throw new UserException(config.file() + ": block_out_channels has " + blocks + " entries, down_block_types "
                    + downTypes.size() + " and up_block_types " + upTypes.size() + "; expected as many of each");
        }
        List<Integer> layers = config.integersPerBlock("layers_per_block", 2, blocks);
        // diffusers' name is a misnomer that 40,000 configurations keep: it is the number of heads.
        List<Integer> heads = config.has("num_attention_heads")
                ? config.integersPerBlock("num_attention_heads", 8, blocks)
                : config.integersPerBlock("attention_head_dim", 8, blocks);
        List<Integer> depths = config.integersPerBlock("transformer_layers_per_block", 1, blocks);
        int context = config.integer("cross_attention_dim", 1280);
        int groups = config.integer("norm_num_groups", 32);
        double epsilon = config.decimal("norm_eps", 1e-5);
        boolean linearProjection = config.flag("use_linear_projection", false);

        baseChannels = channels.get(0);
        int timeChannels = 4 * baseChannels;
        convIn = new ConvLayer(model, "conv_in", config.integer("in_channels", 4), baseChannels, 3, 1, 1);
        time1 = new LinearLayer(model, "time_embedding.linear_1", baseChannels, timeChannels, true);
        time2 = new LinearLayer(model, "time_embedding.linear_2", timeChannels, timeChannels, true);

        Deque<int[]> pushed = new ArrayDeque<>(); // {channels, downsampling} of every skip, last on top
        pushed.push(new int[] {baseChannels, 1});
        int current = baseChannels;
        int downsampling = 1;
        for (int i = 0; i < blocks; i++) {
            String path = "down_blocks." + i;
            int out = channels.get(i);
            List<ResnetBlock> resnets = new ArrayList<>();
            List<Transformer2D> attentions = new ArrayList<>();
            boolean attends = attends(downTypes.get(i), "DownBlock2D", "down_block_types");
            for (int j = 0; j < layers.get(i); j++) {
                resnets.add(
                        new ResnetBlock(model, path + ".resnets." + j, current, out, timeChannels, groups, epsilon));
                current = out;
                if (attends) {
                    attentions.add(new Transformer2D(
                            model,
                            path + ".attentions." + j,
                            out,
                            heads.get(i),
                            depths.get(i),
                            context,
                            groups,
                            linearProjection));
                }
                pushed.push(new int[] {out, downsampling});
            }
            ConvLayer downsampler = null;
            if (i < blocks - 1) {
                downsampler = new ConvLayer(
                        model, path + ".downsamplers.0.conv", out, out, 3, 2, config.integer("downsample_padding", 1));
                downsampling *= 2;
                pushed.push(new int[] {out, downsampling});
            }
            downBlocks.add(new DownBlock(resnets, attentions, downsampler));
        }

        middleIn = new ResnetBlock(model, "mid_block.resnets.0", current, current, timeChannels, groups, epsilon);
        middleAttention.add(new Transformer2D(
                model,
                "mid_block.attentions.0",
                current,
                heads.get(blocks - 1),
                depths.get(blocks - 1),
                context,
                groups,
                linearProjection));
        middleOut = new ResnetBlock(model, "mid_block.resnets.1", current, current, timeChannels, groups, epsilon);

        List<SkipPoint> skips = new ArrayList<>();
        int total = pushed.size();
        for (int i = 0; i < blocks; i++) {
            String path = "up_blocks." + i;
            int mirrored = blocks - 1 - i;
            int out = channels.get(mirrored);
            List<ResnetBlock> resnets = new ArrayList<>();
            List<Transformer2D> attentions = new ArrayList<>();
            List<SkipPoint> consumed = new ArrayList<>();
            boolean attends = attends(upTypes.get(i), "UpBlock2D", "up_block_types");
            for (int j = 0; j < layers.get(mirrored) + 1; j++) {
                int[] skip = pushed.pop();
                String consumer = path + ".resnets." + j;
                var point = new SkipPoint(skips.size(), total - 1 - skips.size(), skip[0], skip[1], consumer);
                skips.add(point);
                consumed.add(point);
                resnets.add(new ResnetBlock(model, consumer, current + skip[0], out, timeChannels, groups, epsilon));
                current = out;
                if (attends) {
                    attentions.add(new Transformer2D(
                            model,
                            path + ".attentions." + j,
                            out,
                            heads.get(mirrored),
                            depths.get(mirrored),
                            context,
                            groups,
                            linearProjection));
                }
            }
            ConvLayer upsampler =
                    i < blocks - 1 ? new ConvLayer(model, path + ".upsamplers.0.conv", out, out, 3, 1, 1) : null;
            upBlocks.add(new UpBlock(resnets, attentions, consumed, upsampler));
        }
        normOut = Norm.group(model, "conv_norm_out", current, groups, epsilon);
        convOut = new ConvLayer(model, "conv_out", current, config.integer("out_channels", 4), 3, 1, 1);
        layout = new UNetLayout(skips, parameters.layers(), parameters.shapes());
    }

    /** Reads {@code config.json} of a {@code unet/} folder and builds the U-Net without weights. */
    public static UNet fromConfig(Path file) {
        return new UNet(ConfigFile.read(file));
    }

    private boolean attends(String type, String plain, String key) {
        if (type.equals("CrossAttn" + plain)) {
            return true;
        }
        if (type.equals(plain)) {
            return false;
        }
        throw new UserException(config.file() + ": '" + key + "' holds " + type
                + ", which is not supported; supported: " + plain + ", CrossAttn" + plain);
    }

    private static void refuseUnsupported(ConfigFile config) {
        config.supportOnly("_class_name", "UNet2DConditionModel", "UNet2DConditionModel");
        config.supportOnly("act_fn", "silu", "silu");
        config.supportOnly("mid_block_type", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DCrossAttn");
        config.supportOnly("resnet_time_scale_shift", "default", "default");
        config.supportOnly("time_embedding_type", "positional", "positional");
        config.supportOnly("flip_sin_to_cos", "true", "true");
        config.supportOnly("freq_shift", "0", "0", "0.0");
        config.supportOnly("center_input_sample", "false", "false");
        config.supportOnly("dual_cross_attention", "false", "false");
        config.supportOnly("addition_embed_type", "none", "none");
        config.supportOnly("class_embed_type", "none", "none");
        config.supportOnly("encoder_hid_dim", "none", "none");
        config.supportOnly("attention_type", "default", "default");
        config.supportOnly("conv_in_kernel", "3", "3");
        config.supportOnly("conv_out_kernel", "3", "3");
    }

    /** Its configuration. */
    public ConfigFile config() {
        return config;
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
        return config.integer("in_channels", 4);
    }

    /** Width of the text states it takes. */
    public int textChannels() {
        return config.integer("cross_attention_dim", 1280);
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
        try (Scope scope = new Scope()) {
            NDArray states = ops.to(text, precision);
            NDArray time = timeEmbedding(latents, timesteps, precision, hooks);
            Deque<NDArray> skips = new ArrayDeque<>();
            NDArray hidden = convIn.forward(ops.to(latents, precision), hooks);
            skips.push(hidden);
            for (DownBlock block : downBlocks) {
                hidden = encode(block, hidden, time, states, skips, hooks);
            }
            hidden = middleIn.forward(hidden, time, hooks);
            for (Transformer2D attention : middleAttention) {
                hidden = replace(hidden, attention.forward(hidden, states, hooks));
            }
            hidden = replace(hidden, middleOut.forward(hidden, time, hooks));
            for (UpBlock block : upBlocks) {
                hidden = decode(block, hidden, time, states, skips, hooks);
            }
            NDArray out = convOut.forward(normOut.forwardSilu(hidden), hooks);
            return scope.keep(ops.to(out, Precision.FLOAT32));
        }
    }

    private NDArray encode(
            DownBlock block, NDArray input, NDArray time, NDArray text, Deque<NDArray> skips, Hooks hooks) {
        NDArray hidden = input;
        for (int i = 0; i < block.resnets().size(); i++) {
            hidden = block.resnets().get(i).forward(hidden, time, hooks);
            if (!block.attentions().isEmpty()) {
                hidden = replace(hidden, block.attentions().get(i).forward(hidden, text, hooks));
            }
            skips.push(hidden);
        }
        if (block.downsampler() != null) {
            hidden = block.downsampler().forward(hidden, hooks);
            skips.push(hidden);
        }
        return hidden;
    }

    private NDArray decode(
            UpBlock block, NDArray input, NDArray time, NDArray text, Deque<NDArray> skips, Hooks hooks) {
        NDArray hidden = input;
        for (int i = 0; i < block.resnets().size(); i++) {
            NDArray skip = skips.pop();
            NDArray edited = hooks.skip(block.skips().get(i), skip);
            NDArray joined = ops.concat(hidden, edited);
            hidden.close();
            skip.close();
            edited.close();
            hidden = replace(joined, block.resnets().get(i).forward(joined, time, hooks));
            if (!block.attentions().isEmpty()) {
                hidden = replace(hidden, block.attentions().get(i).forward(hidden, text, hooks));
            }
        }
        if (block.upsampler() != null) {
            // The next skip's size, not twice this one: they differ where the latents are not divisible by 8.
            NDArray larger = replace(hidden, ops.upsampleLike(hidden, skips.peek()));
            hidden = replace(larger, block.upsampler().forward(larger, hooks));
        }
        return hidden;
    }

    /** Closes what is no longer needed (a recorded graph keeps its own reference) and hands on what is. */
    private static NDArray replace(NDArray old, NDArray next) {
        old.close();
        return next;
    }

    /** Sinusoids of the timestep, cosines first, through two linear layers; returns the SiLU that every ResNet takes. */
    private NDArray timeEmbedding(NDArray latents, float[] timesteps, Precision precision, Hooks hooks) {
        int half = baseChannels / 2;
        float[] sinusoids = new float[timesteps.length * baseChannels];
        for (int n = 0; n < timesteps.length; n++) {
            for (int i = 0; i < half; i++) {
                // in float32 like the reference: at t = 999 the rounding of the product is visible
                float frequency = (float) Math.exp((float) (-Math.log(10000) * i / half));
                float angle = timesteps[n] * frequency;
                sinusoids[n * baseChannels + i] = (float) Math.cos(angle);
                sinusoids[n * baseChannels + half + i] = (float) Math.sin(angle);
            }
        }
        NDArray embedded = ops.to(
                Torch.of(
                        latents.getManager(),
                        sinusoids,
                        new ai.djl.ndarray.types.Shape(timesteps.length, baseChannels)),
                precision);
        return ops.silu(time2.forward(ops.silu(time1.forward(embedded, hooks)), hooks));
    }
}
