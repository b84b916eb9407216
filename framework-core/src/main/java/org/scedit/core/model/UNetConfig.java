package org.scedit.core.model;

import java.util.ArrayList;
import java.util.List;
import org.scedit.core.UserException;

/**
 * What a U-Net's {@code config.json} says of it, checked.
 *
 * @param inChannels        channels of the latents it takes
 * @param outChannels       channels of what it predicts
 * @param textChannels      width of the text states it takes
 * @param groups            of the group normalisations
 * @param epsilon           of the ResNets' group normalisations
 * @param linearProjection  whether transformers project with linear layers, else with 1×1 convolutions
 * @param downsamplePadding zero padding of the downsamplers in pixels
 * @param down              the encoder's blocks in forward order
 * @param mid               the block between encoder and decoder
 * @param up                the decoder's blocks in forward order
 */
record UNetConfig(
        int inChannels,
        int outChannels,
        int textChannels,
        int groups,
        double epsilon,
        boolean linearProjection,
        int downsamplePadding,
        List<Block> down,
        Block mid,
        List<Block> up) {

    /**
     * A block of the U-Net.
     *
     * @param path       diffusers path, such as {@code down_blocks.0}
     * @param channels   channels of its output
     * @param resnets    how many ResNets it has
     * @param attentions how many of them, from the first on, a transformer follows
     * @param heads      attention heads of a transformer
     * @param depth      layers of a transformer
     * @param resizes    whether a downsampler (encoder) or an upsampler (decoder) ends it
     */
    record Block(String path, int channels, int resnets, int attentions, int heads, int depth, boolean resizes) {}

    UNetConfig {
        down = List.copyOf(down);
        up = List.copyOf(up);
    }

    /** @throws UserException if the configuration asks for something that is not supported */
    static UNetConfig of(ConfigFile config) {
        refuseUnsupported(config);
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
        String headsKey = config.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim";
        List<Integer> heads = config.integersPerBlock(headsKey, 8, blocks);
        List<Integer> depths = config.integersPerBlock("transformer_layers_per_block", 1, blocks);

        List<Block> down = new ArrayList<>();
        List<Block> up = new ArrayList<>();
        int last = blocks - 1;
        for (int i = 0; i < blocks; i++) {
            int resnets = layers.get(i);
            int attentions = attends(config, "down_block_types", downTypes.get(i), "DownBlock2D") ? resnets : 0;
            down.add(new Block(
                    "down_blocks." + i, channels.get(i), resnets, attentions, heads.get(i), depths.get(i), i < last));
        }
        var mid = new Block("mid_block", channels.get(last), 2, 1, heads.get(last), depths.get(last), false);
        for (int i = 0; i < blocks; i++) {
            Block mirrored = down.get(last - i);
            int resnets = mirrored.resnets() + 1;
            int attentions = attends(config, "up_block_types", upTypes.get(i), "UpBlock2D") ? resnets : 0;
            up.add(new Block(
                    "up_blocks." + i,
                    mirrored.channels(),
                    resnets,
                    attentions,
                    mirrored.heads(),
                    mirrored.depth(),
                    i < last));
        }
        return new UNetConfig(
                config.integer("in_channels", 4),
                config.integer("out_channels", 4),
                config.integer("cross_attention_dim", 1280),
                config.integer("norm_num_groups", 32),
                config.decimal("norm_eps", 1e-5),
                config.flag("use_linear_projection", false),
                config.integer("downsample_padding", 1),
                down,
                mid,
                up);
    }

    /** Channels at full resolution. */
    int baseChannels() {
        return down.get(0).channels();
    }

    /** Width of the time embedding. */
    int timeChannels() {
        return 4 * baseChannels();
    }

    private static boolean attends(ConfigFile config, String key, String type, String plain) {
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
}
