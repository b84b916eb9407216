package org.scedit.core.model.single;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.weights.PartWeights;

/**
 * The autoencoder of Latent Diffusion. Its decoder's levels are counted from full resolution, diffusers' from the lowest:
 *
 * <pre>
 * encoder.down.i.block.j       encoder.down_blocks.i.resnets.j
 * decoder.up.i.block.j         decoder.up_blocks.(levels - 1 - i).resnets.j
 * mid.block_1, attn_1, block_2 mid_block.resnets.0, attentions.0, resnets.1
 * </pre>
 *
 * The attention's layers are 1×1 convolutions, with the numbers of diffusers' linear layers.
 *
 * <p>Source: {@code AutoencoderKL} of CompVis/latent-diffusion, {@code modules/diffusionmodules/model.py}.
 */
final class LdmAutoencoder implements LdmPart {
    private static final int GROUPS = 32;
    private static final Map<String, String> ATTENTION = Map.of(
            "norm", "group_norm",
            "q", "to_q",
            "k", "to_k",
            "v", "to_v",
            "proj_out", "to_out.0");

    private final Shapes shapes;
    private final double scalingFactor;
    private final int levels;

    /** @param scalingFactor what latents are multiplied by for the U-Net */
    LdmAutoencoder(Shapes shapes, double scalingFactor) {
        this.shapes = shapes;
        this.scalingFactor = scalingFactor;
        levels = shapes.count("encoder.down");
    }

    /** Whether the file's tensors with this prefix are an autoencoder's. */
    static boolean isIn(Shapes shapes) {
        return shapes.has("decoder.conv_in.weight") && shapes.any("encoder.down.0.block.");
    }

    @Override
    public Stream<PartWeights.Tensor> place(PartWeights.Tensor tensor) {
        return name(tensor.name()).map(tensor::named).stream();
    }

    /** diffusers' name of a tensor; empty for one that this network does not have. */
    Optional<String> name(String key) {
        String[] words = key.split("\\.");
        if (words.length < 2) {
            return Optional.empty();
        }
        if (words[0].startsWith("quant") || words[0].startsWith("post_quant")) {
            return Optional.of(key);
        }
        if (!words[0].equals("encoder") && !words[0].equals("decoder")) {
            return Optional.empty();
        }
        String side = words[0] + ".";
        String rest = key.substring(side.length());
        return switch (words[1]) {
            case "conv_in", "conv_out" -> Optional.of(key);
            case "norm_out" -> Optional.of(side + "conv_" + rest);
            case "mid" -> middle(side, words);
            case "down", "up" ->
                words.length >= 5 && words[2].matches("\\d{1,3}")
                        ? level(side, Integer.parseInt(words[2]), words)
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<String> middle(String side, String[] words) {
        String kind = words[words.length - 1];
        if (words.length != 5) {
            return Optional.empty();
        }
        return switch (words[2]) {
            case "block_1" -> Optional.of(side + "mid_block.resnets.0." + resnet(words[3]) + "." + kind);
            case "block_2" -> Optional.of(side + "mid_block.resnets.1." + resnet(words[3]) + "." + kind);
            case "attn_1" ->
                ATTENTION.containsKey(words[3])
                        ? Optional.of(side + "mid_block.attentions.0." + ATTENTION.get(words[3]) + "." + kind)
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** {@code down.1.block.0.conv1.weight}, {@code down.1.downsample.conv.weight} behind the side. */
    private Optional<String> level(String side, int level, String[] words) {
        String path = side + (words[1].equals("down") ? "down_blocks." + level : "up_blocks." + (levels - 1 - level));
        return switch (words[3]) {
            case "block" ->
                words.length == 7
                        ? Optional.of(path + ".resnets." + words[4] + "." + resnet(words[5]) + "." + words[6])
                        : Optional.empty();
            case "downsample" -> Optional.of(path + ".downsamplers.0.conv." + words[words.length - 1]);
            case "upsample" -> Optional.of(path + ".upsamplers.0.conv." + words[words.length - 1]);
            default -> Optional.empty();
        };
    }

    private static String resnet(String layer) {
        return layer.equals("nin_shortcut") ? "conv_shortcut" : layer;
    }

    @Override
    public JsonObject config() {
        var channels = new JsonArray();
        var down = new JsonArray();
        var up = new JsonArray();
        for (int i = 0; i < levels; i++) {
            channels.add(shapes.size("encoder.down." + i + ".block.0.conv1.weight", 0));
            down.add("DownEncoderBlock2D");
            up.add("UpDecoderBlock2D");
        }
        var config = new JsonObject();
        config.addProperty("_class_name", "AutoencoderKL");
        config.addProperty("in_channels", shapes.size("encoder.conv_in.weight", 1));
        config.addProperty("out_channels", shapes.size("decoder.conv_out.weight", 0));
        config.addProperty("latent_channels", shapes.size("decoder.conv_in.weight", 1));
        config.add("block_out_channels", channels);
        config.add("down_block_types", down);
        config.add("up_block_types", up);
        config.addProperty("layers_per_block", shapes.count("encoder.down.0.block"));
        config.addProperty("norm_num_groups", GROUPS);
        config.addProperty("act_fn", "silu");
        config.addProperty("mid_block_add_attention", shapes.any("encoder.mid.attn_1."));
        config.addProperty("use_quant_conv", shapes.any("quant_conv."));
        config.addProperty("use_post_quant_conv", shapes.any("post_quant_conv."));
        config.addProperty("scaling_factor", scalingFactor);
        return config;
    }
}
