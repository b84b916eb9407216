package org.scedit.plugins.controlnet;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.scedit.api.FeaturePoint;
import org.scedit.api.SkipPoint;
import org.scedit.api.UNetLayout;

/**
 * What a ControlNet has beside the copy of the encoder: names as in diffusers, and sizes.
 *
 * @param embedding from the condition map to the channels of the encoder's first feature; the last starts as zeros
 * @param skips     the zero convolutions at the skips, in encoder order
 * @param midBlock  the zero convolution at the mid block
 */
record ControlNetLayers(List<Convolution> embedding, List<Convolution> skips, Convolution midBlock) {
    private static final int MAP_CHANNELS = 3;

    /** The U-Net's parameters that the copy has not. */
    private static final List<String> DECODER = List.of("up_blocks.", "conv_norm_out.", "conv_out.");

    /** A convolution padded so that stride 1 keeps the size. */
    record Convolution(String name, int in, int out, int kernel, int stride) {
        int padding() {
            return kernel / 2;
        }
    }

    static ControlNetLayers of(ControlNetConfig config, UNetLayout unet) {
        List<Convolution> zeros = new ArrayList<>();
        for (int i = 0; i < unet.skips().size(); i++) {
            zeros.add(zero("controlnet_down_blocks." + i, skip(unet, i).channels()));
        }
        return new ControlNetLayers(
                embedding(config.channels(), skip(unet, 0).channels()),
                zeros,
                zero("controlnet_mid_block", midBlock(unet).channels()));
    }

    private static List<Convolution> embedding(List<Integer> channels, int out) {
        String path = "controlnet_cond_embedding.";
        List<Convolution> layers = new ArrayList<>();
        layers.add(new Convolution(path + "conv_in", MAP_CHANNELS, channels.get(0), 3, 1));
        for (int i = 0; i < channels.size() - 1; i++) {
            int here = channels.get(i);
            layers.add(new Convolution(path + "blocks." + 2 * i, here, here, 3, 1));
            layers.add(new Convolution(path + "blocks." + (2 * i + 1), here, channels.get(i + 1), 3, 2));
        }
        layers.add(new Convolution(path + "conv_out", channels.get(channels.size() - 1), out, 3, 1));
        return layers;
    }

    private static Convolution zero(String name, int channels) {
        return new Convolution(name, channels, channels, 1, 1);
    }

    /** @param encoderIndex 0 for the first feature, the output of {@code conv_in} */
    static SkipPoint skip(UNetLayout unet, int encoderIndex) {
        return unet.skips().get(unet.skips().size() - 1 - encoderIndex);
    }

    static FeaturePoint midBlock(UNetLayout unet) {
        return unet.features().get(unet.features().size() - 1);
    }

    /** Name and shape of every weight, those of the copy among them. */
    Map<String, Shape> weights(UNetLayout unet) {
        Map<String, Shape> weights = new LinkedHashMap<>();
        unet.parameters().forEach((name, shape) -> {
            if (DECODER.stream().noneMatch(name::startsWith)) {
                weights.put(name, shape);
            }
        });
        Stream.of(embedding, skips, List.of(midBlock)).flatMap(List::stream).forEach(each -> {
            weights.put(each.name() + ".weight", new Shape(each.out(), each.in(), each.kernel(), each.kernel()));
            weights.put(each.name() + ".bias", new Shape(each.out()));
        });
        return weights;
    }
}
