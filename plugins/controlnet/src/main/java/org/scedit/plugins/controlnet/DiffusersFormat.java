package org.scedit.plugins.controlnet;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.scedit.api.FeaturePoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;

/**
 * diffusers' folder of a {@code ControlNetModel}: this plugin's names as they are, and a {@code config.json}. The
 * settings that diffusers takes when it draws, and the condition's name, are kept in the metadata.
 */
final class DiffusersFormat implements TunerFormat<ControlNetConfig> {
    private static final String EMBEDDING = "controlnet_cond_embedding.";
    private static final Pattern DOWN =
            Pattern.compile(EMBEDDING.replace(".", "\\.") + "blocks\\.(\\d{0,3}[13579])\\.weight");

    /** What {@code ControlNetModel.from_unet} takes over from the U-Net and weights do not show. */
    private static final List<String> SHARED = List.of(
            "act_fn",
            "addition_embed_type",
            "addition_time_embed_dim",
            "attention_head_dim",
            "downsample_padding",
            "flip_sin_to_cos",
            "freq_shift",
            "mid_block_scale_factor",
            "mid_block_type",
            "norm_eps",
            "norm_num_groups",
            "num_attention_heads",
            "projection_class_embeddings_input_dim",
            "upcast_attention");

    @Override
    public String id() {
        return "diffusers";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().containsKey(EMBEDDING + "conv_in.weight");
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also for a kind of ControlNet that this plugin does not compute
     */
    @Override
    public Content<ControlNetConfig> read(WeightFile file, UNetLayout unet) {
        refuseUnlike(file.config(), "global_pool_conditions", "false");
        refuseUnlike(file.config(), "controlnet_conditioning_channel_order", "rgb");
        refuseUnlike(file.config(), "conditioning_channels", "3");
        ControlNetConfig config = settings(file);
        List<String> problems = differences(ControlNetLayers.of(config, unet).weights(unet), file.tensors());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.size() + " weights do not fit\n  " + String.join("\n  ", problems));
        }
        return new Content<>(config, file.tensors());
    }

    private static ControlNetConfig settings(WeightFile file) {
        List<Integer> channels = new ArrayList<>();
        outChannels(file, EMBEDDING + "conv_in.weight").ifPresent(channels::add);
        var levels = new TreeSet<Integer>();
        for (String name : file.tensors().keySet()) {
            Matcher down = DOWN.matcher(name);
            if (down.matches()) {
                levels.add(Integer.parseInt(down.group(1)));
            }
        }
        levels.forEach(level ->
                outChannels(file, EMBEDDING + "blocks." + level + ".weight").ifPresent(channels::add));
        String scales = file.metadata().getOrDefault("scales", "");
        return new ControlNetConfig(
                file.metadata().getOrDefault("condition", "canny"),
                channels,
                scales.isEmpty()
                        ? List.of()
                        : Pattern.compile(" ")
                                .splitAsStream(scales)
                                .map(Double::valueOf)
                                .toList(),
                Boolean.parseBoolean(file.metadata().get("guess_mode")));
    }

    private static Optional<Integer> outChannels(WeightFile file, String name) {
        return Optional.ofNullable(file.tensors().get(name))
                .map(WeightFile.Tensor::shape)
                .filter(shape -> shape.length == 4)
                .map(shape -> (int) shape[0]);
    }

    private static void refuseUnlike(String json, String key, String supported) {
        Matcher pair =
                Pattern.compile("\"" + key + "\"\\s*:\\s*\"?([^\\s,}\"]+)").matcher(json);
        if (pair.find() && !pair.group(1).equals(supported)) {
            throw new IllegalArgumentException("its configuration has " + key + " " + pair.group(1)
                    + "; a ControlNet is read only with " + supported);
        }
    }

    private static List<String> differences(Map<String, Shape> expected, Map<String, WeightFile.Tensor> found) {
        List<String> differences = new ArrayList<>();
        expected.forEach((name, shape) -> {
            if (!found.containsKey(name)) {
                differences.add(name + " is missing");
            } else if (!shape.equals(new Shape(found.get(name).shape()))) {
                differences.add(name + " is " + new Shape(found.get(name).shape()) + ", this U-Net needs " + shape);
            }
        });
        found.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> differences.add(name + " belongs to nothing in this U-Net"));
        return differences;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The {@code config.json} says what the layout tells, and the {@linkplain #SHARED settings} that the copy shares
     * with the U-Net as the U-Net's own configuration says them, so that diffusers builds the same network.
     */
    @Override
    public WeightFile write(Content<ControlNetConfig> content, UNetLayout unet) {
        ControlNetConfig config = content.config();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("condition", config.condition());
        metadata.put("guess_mode", Boolean.toString(config.guessMode()));
        metadata.put("scales", config.scales().stream().map(String::valueOf).collect(Collectors.joining(" ")));
        return new WeightFile(content.weights(), metadata, configuration(config, unet));
    }

    private static String configuration(ControlNetConfig config, UNetLayout unet) {
        List<FeaturePoint> blocks = unet.features().subList(0, unet.features().size() - 1);
        List<String> types = new ArrayList<>();
        List<Integer> layers = new ArrayList<>();
        List<Integer> depths = new ArrayList<>();
        for (FeaturePoint block : blocks) {
            boolean attends = count(unet, block.name() + ".attentions.%d.norm.weight") > 0;
            types.add(attends ? "CrossAttnDownBlock2D" : "DownBlock2D");
            layers.add(count(unet, block.name() + ".resnets.%d.conv1.weight"));
            depths.add(Math.max(1, count(unet, block.name() + ".attentions.0.transformer_blocks.%d.norm1.weight")));
        }
        String attention = "mid_block.attentions.0.";
        Map<String, Object> json = new TreeMap<>();
        json.put("_class_name", "ControlNetModel");
        json.put(
                "block_out_channels",
                blocks.stream().map(FeaturePoint::channels).toList());
        json.put("conditioning_channels", 3);
        json.put("conditioning_embedding_out_channels", config.channels());
        json.put("controlnet_conditioning_channel_order", "rgb");
        json.put(
                "cross_attention_dim",
                unet.parameters()
                        .get(attention + "transformer_blocks.0.attn2.to_k.weight")
                        .get(1));
        json.put("down_block_types", types);
        json.put("global_pool_conditions", false);
        json.put("in_channels", unet.parameters().get("conv_in.weight").get(1));
        json.put("layers_per_block", layers.get(0));
        json.put("transformer_layers_per_block", depths);
        json.put(
                "use_linear_projection",
                unet.parameters().get(attention + "proj_in.weight").dimension() == 2);
        for (String key : SHARED) {
            if (unet.config().get(key) != null) {
                json.put(key, unet.config().get(key));
            }
        }
        return Json.write(json);
    }

    /** How many parameters there are whose names differ in a number, from 0 on. */
    private static int count(UNetLayout unet, String name) {
        int count = 0;
        while (unet.parameters().containsKey(String.format(name, count))) {
            count++;
        }
        return count;
    }
}
