package org.scedit.core.model;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
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
 * @param addition          what is added to the time embedding; empty for nothing
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
        Optional<Addition> addition,
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
     * @param depths     layers of each transformer
     * @param resizes    whether a downsampler (encoder) or an upsampler (decoder) ends it
     */
    record Block(
            String path, int channels, int resnets, int attentions, int heads, List<Integer> depths, boolean resizes) {
        Block {
            depths = List.copyOf(depths);
        }
    }

    /**
     * The pooled text and the sizes of pictures that are added to the time embedding.
     *
     * @param sizeChannels   sinusoids of each size
     * @param pooledChannels width of the pooled text
     */
    record Addition(int sizeChannels, int pooledChannels) {
        /** Numbers for each picture. */
        static final int SIZES = 6;

        /** Width of all of it together. */
        int channels() {
            return pooledChannels + SIZES * sizeChannels;
        }
    }

    private static final String DEPTHS = "transformer_layers_per_block";
    private static final String REVERSE_DEPTHS = "reverse_transformer_layers_per_block";

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

        List<Block> down = new ArrayList<>();
        List<Block> up = new ArrayList<>();
        int last = blocks - 1;
        for (int i = 0; i < blocks; i++) {
            int resnets = layers.get(i);
            int attentions = attends(config, "down_block_types", downTypes.get(i), "DownBlock2D") ? resnets : 0;
            List<Integer> depths = depths(config, DEPTHS, i, blocks, resnets);
            down.add(new Block(
                    "down_blocks." + i, channels.get(i), resnets, attentions, heads.get(i), depths, i < last));
        }
        List<Integer> midDepth =
                depths(config, DEPTHS, last, blocks, down.get(last).resnets()).subList(0, 1);
        var mid = new Block("mid_block", channels.get(last), 2, 1, heads.get(last), midDepth, false);
        boolean ownDepths = config.has(REVERSE_DEPTHS);
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
                    ownDepths
                            ? depths(config, REVERSE_DEPTHS, i, blocks, resnets)
                            : depths(config, DEPTHS, last - i, blocks, resnets),
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
                addition(config),
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

    /**
     * Layers of each of a block's transformers.
     *
     * @param key   of one number for all blocks, or of a list with one for each block or with a list of one for each
     *     transformer of the block
     * @param count how many transformers the block has
     */
    private static List<Integer> depths(ConfigFile config, String key, int block, int blocks, int count) {
        if (!config.has(key) || !config.values().get(key).isJsonArray()) {
            return Collections.nCopies(count, config.integer(key, 1));
        }
        JsonArray all = config.values().getAsJsonArray(key);
        if (all.size() != blocks) {
            throw new UserException(config.file() + ": '" + key + "' has " + all.size()
                    + " entries, expected one for each of " + blocks + " blocks");
        }
        JsonElement here = all.get(block);
        if (!here.isJsonArray()) {
            return Collections.nCopies(count, here.getAsInt());
        }
        if (key.equals(DEPTHS) && !config.has(REVERSE_DEPTHS)) {
            throw new UserException(config.file() + ": '" + DEPTHS + "' has a list for a block, which needs '"
                    + REVERSE_DEPTHS + "' for the decoder, as diffusers writes it");
        }
        List<Integer> depths = new ArrayList<>();
        here.getAsJsonArray().forEach(each -> depths.add(each.getAsInt()));
        if (depths.size() != count) {
            throw new UserException(config.file() + ": '" + key + "' has " + depths.size() + " numbers for block "
                    + block + ", expected one for each of its " + count + " transformers");
        }
        return depths;
    }

    private static Optional<Addition> addition(ConfigFile config) {
        if (!config.has("addition_embed_type")) {
            return Optional.empty();
        }
        int sizeChannels = config.integer("addition_time_embed_dim");
        int pooled = config.integer("projection_class_embeddings_input_dim") - Addition.SIZES * sizeChannels;
        if (pooled < 1) {
            throw new UserException(config.file() + ": 'projection_class_embeddings_input_dim' is "
                    + config.integer("projection_class_embeddings_input_dim") + ", expected more than "
                    + Addition.SIZES + " times 'addition_time_embed_dim', " + sizeChannels + " each");
        }
        return Optional.of(new Addition(sizeChannels, pooled));
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
        config.supportOnly("addition_embed_type", "none", "none", "text_time");
        // what no Stable Diffusion uses, and would compute something else
        for (String key : List.of(
                "class_embed_type",
                "num_class_embeds",
                "encoder_hid_dim",
                "encoder_hid_dim_type",
                "cross_attention_norm",
                "time_cond_proj_dim",
                "time_embedding_act_fn",
                "time_embedding_dim",
                "timestep_post_act")) {
            config.supportOnly(key, "none", "none");
        }
        config.supportOnly("only_cross_attention", "false", "false");
        config.supportOnly("mid_block_only_cross_attention", "false", "false");
        config.supportOnly("resnet_skip_time_act", "false", "false");
        config.supportOnly("class_embeddings_concat", "false", "false");
        config.supportOnly("mid_block_scale_factor", "1", "1", "1.0");
        config.supportOnly("resnet_out_scale_factor", "1.0", "1", "1.0");
        config.supportOnly("dropout", "0.0", "0", "0.0");
        config.supportOnly("attention_type", "default", "default");
        config.supportOnly("conv_in_kernel", "3", "3");
        config.supportOnly("conv_out_kernel", "3", "3");
    }
}
