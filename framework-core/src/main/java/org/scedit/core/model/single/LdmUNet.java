package org.scedit.core.model.single;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.UserException;
import org.scedit.core.weights.PartWeights;

/**
 * The U-Net of Latent Diffusion. Its {@code input_blocks} count ResNets and downsamplers through all levels, its
 * {@code output_blocks} ResNets with an upsampler as the last layer of a level:
 *
 * <pre>
 * input_blocks.0.0    conv_in                        output_blocks.n.0       up_blocks.i.resnets.j
 * input_blocks.n.0    down_blocks.i.resnets.j        output_blocks.n.1       up_blocks.i.attentions.j
 * input_blocks.n.1    down_blocks.i.attentions.j     output_blocks.n.1|2     up_blocks.i.upsamplers.0
 * input_blocks.n.0.op down_blocks.i.downsamplers.0   middle_block.0, 1, 2    mid_block.resnets.0, attentions.0, resnets.1
 * </pre>
 *
 * <p>Source: {@code UNetModel} of CompVis/latent-diffusion, {@code openaimodel.py}.
 */
final class LdmUNet implements LdmPart {
    /** Channels of every published U-Net at full resolution. */
    private static final int PUBLISHED_CHANNELS = 320;
    /** Of the groups of every normalisation. */
    private static final int GROUPS = 32;
    /** Of the models with convolutions as projections. */
    private static final int HEADS = 8;
    /** Of the models with linear projections. */
    private static final int HEAD_WIDTH = 64;

    private static final Map<String, String> RESNET = Map.of(
            "in_layers.0", "norm1",
            "in_layers.2", "conv1",
            "emb_layers.1", "time_emb_proj",
            "out_layers.0", "norm2",
            "out_layers.3", "conv2",
            "skip_connection", "conv_shortcut");

    private final Shapes shapes;
    private final List<Level> levels = new ArrayList<>();
    private final List<Boolean> upAttends = new ArrayList<>();
    private final boolean linearProjection;
    private final int textChannels;
    private final int midDepth;
    /** The file's modules → diffusers'. */
    private final Map<String, String> modules = new HashMap<>(Map.of(
            "time_embed.0", "time_embedding.linear_1",
            "time_embed.2", "time_embedding.linear_2",
            "label_emb.0.0", "add_embedding.linear_1",
            "label_emb.0.2", "add_embedding.linear_2",
            "input_blocks.0.0", "conv_in",
            "middle_block.1", "mid_block.attentions.0",
            "out.0", "conv_norm_out",
            "out.2", "conv_out"));

    /**
     * A resolution of the encoder.
     *
     * @param depth layers of its transformers; 0 for none
     */
    private record Level(int channels, int resnets, int depth) {}

    /** @throws UserException if the shapes are of a U-Net that is not supported */
    LdmUNet(Shapes shapes) {
        this.shapes = shapes;
        resnet("middle_block.0", "mid_block.resnets.0");
        resnet("middle_block.2", "mid_block.resnets.1");
        readEncoder();
        readDecoder();
        midDepth = shapes.count("middle_block.1.transformer_blocks");
        String attention = "middle_block.1.";
        if (midDepth == 0) {
            throw unsupported("its middle block has no transformer");
        }
        linearProjection = shapes.axes(attention + "proj_in.weight") == 2;
        textChannels = shapes.size(attention + "transformer_blocks.0.attn2.to_k.weight", 1);
        int deepest = levels.get(levels.size() - 1).depth();
        if (deepest != 0 && deepest != midDepth) {
            throw unsupported(
                    "its middle block's transformer has " + midDepth + " layers and the deepest level's " + deepest);
        }
    }

    private void readEncoder() {
        int resnets = 0;
        int channels = 0;
        int depth = 0;
        for (int n = 1; shapes.any("input_blocks." + n + "."); n++) {
            String block = "input_blocks." + n;
            String level = "down_blocks." + levels.size();
            if (shapes.has(block + ".0.op.weight")) {
                modules.put(block + ".0.op", level + ".downsamplers.0.conv");
                levels.add(new Level(channels, resnets, depth));
                resnets = 0;
                continue;
            }
            resnet(block + ".0", level + ".resnets." + resnets);
            int layers = shapes.count(block + ".1.transformer_blocks");
            if (resnets > 0 && layers != depth) {
                throw unsupported("the transformers of its level " + levels.size() + " have " + depth + " and " + layers
                        + " layers");
            }
            depth = layers;
            if (layers > 0) {
                modules.put(block + ".1", level + ".attentions." + resnets);
            }
            channels = shapes.size(block + ".0.out_layers.3.weight", 0);
            resnets++;
        }
        levels.add(new Level(channels, resnets, depth));
    }

    private void readDecoder() {
        int n = 0;
        for (int up = 0; up < levels.size(); up++) {
            String level = "up_blocks." + up;
            int resnets = levels.get(levels.size() - 1 - up).resnets() + 1;
            boolean attends = shapes.any("output_blocks." + n + ".1.transformer_blocks.");
            upAttends.add(attends);
            for (int i = 0; i < resnets; i++) {
                resnet("output_blocks." + n + ".0", level + ".resnets." + i);
                if (attends) {
                    modules.put("output_blocks." + n + ".1", level + ".attentions." + i);
                }
                n++;
            }
            modules.put("output_blocks." + (n - 1) + (attends ? ".2" : ".1") + ".conv", level + ".upsamplers.0.conv");
        }
    }

    private void resnet(String from, String to) {
        RESNET.forEach((inner, outer) -> modules.put(from + "." + inner, to + "." + outer));
    }

    @Override
    public Stream<PartWeights.Tensor> place(PartWeights.Tensor tensor) {
        return name(tensor.name()).map(tensor::named).stream();
    }

    /** diffusers' name of a tensor; empty for one that this network does not have. */
    Optional<String> name(String key) {
        // the longest module that the key lies in
        for (int end = key.lastIndexOf('.'); end > 0; end = key.lastIndexOf('.', end - 1)) {
            String module = modules.get(key.substring(0, end));
            if (module != null) {
                return Optional.of(module + key.substring(end));
            }
        }
        return Optional.empty();
    }

    /** Width of the text states it takes. */
    int textChannels() {
        return textChannels;
    }

    /** Channels of the latents, and of what is joined to them. */
    int inChannels() {
        return shapes.size("input_blocks.0.0.weight", 1);
    }

    /** Whether its transformers project with linear layers, as all models since Stable Diffusion 2 do. */
    boolean linearProjection() {
        return linearProjection;
    }

    /** Whether it takes sizes, crops and a pooled text, as SDXL does. */
    boolean hasAddedEmbedding() {
        return shapes.any("label_emb.");
    }

    /** Width of what its added embedding takes. */
    int addedChannels() {
        return shapes.size("label_emb.0.0.weight", 1);
    }

    /** Whether its sizes are those of a published model, whose heads are known. */
    boolean isPublishedSize() {
        return levels.get(0).channels() == PUBLISHED_CHANNELS;
    }

    @Override
    public JsonObject config() {
        var channels = new JsonArray();
        var layers = new JsonArray();
        var depths = new JsonArray();
        var heads = new JsonArray();
        var down = new JsonArray();
        var up = new JsonArray();
        for (Level level : levels) {
            channels.add(level.channels());
            layers.add(level.resnets());
            boolean last = depths.size() == levels.size() - 1;
            depths.add(last ? midDepth : Math.max(1, level.depth()));
            heads.add(linearProjection ? Math.max(1, level.channels() / HEAD_WIDTH) : HEADS);
            down.add(level.depth() > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D");
        }
        upAttends.forEach(attends -> up.add(attends ? "CrossAttnUpBlock2D" : "UpBlock2D"));
        var config = new JsonObject();
        config.addProperty("_class_name", "UNet2DConditionModel");
        config.addProperty("in_channels", inChannels());
        config.addProperty("out_channels", shapes.size("out.2.weight", 0));
        config.add("block_out_channels", channels);
        config.add("down_block_types", down);
        config.add("up_block_types", up);
        config.add("layers_per_block", layers);
        config.add("transformer_layers_per_block", depths);
        config.add("attention_head_dim", heads);
        config.addProperty("cross_attention_dim", textChannels);
        config.addProperty("use_linear_projection", linearProjection);
        config.addProperty("norm_num_groups", GROUPS);
        config.addProperty("norm_eps", 1e-5);
        config.addProperty("act_fn", "silu");
        config.addProperty("downsample_padding", 1);
        config.addProperty("flip_sin_to_cos", true);
        config.addProperty("freq_shift", 0);
        return config;
    }

    private UserException unsupported(String why) {
        return new UserException(shapes.file() + ": looks like a U-Net that was pruned or distilled: " + why
                + ", which is not supported; " + Recognition.SUPPORTED);
    }
}
