package org.scedit.api;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A few layers of a U-Net, for tests. */
public final class Layers {
    private Layers() {}

    /** {@code in → out}. */
    public static LayerPoint linear(String path, int in, int out) {
        return new LayerPoint(path, LayerPoint.Kind.LINEAR, in, out, 1, 1, 0);
    }

    /** With a kernel of 3×3. */
    public static LayerPoint convolution(String path, int in, int out) {
        return new LayerPoint(path, LayerPoint.Kind.CONV2D, in, out, 3, 1, 1);
    }

    /** A convolution at each end, and two attentions of three layers each in the first block and the mid block. */
    public static UNetLayout unet() {
        return layout(Stream.concat(
                        Stream.concat(
                                Stream.of(convolution("conv_in", 4, 8)),
                                Stream.of("down_blocks.0", "mid_block").flatMap(block -> Stream.of("attn1", "attn2")
                                        .flatMap(attention -> Stream.of("to_q", "to_k", "to_out.0")
                                                .map(layer -> linear(block + "." + attention + "." + layer, 8, 6))))),
                        Stream.of(convolution("conv_out", 8, 4)))
                .toList());
    }

    /** A U-Net of these layers, each with a weight. */
    public static UNetLayout layout(List<LayerPoint> layers) {
        Map<String, Shape> parameters = new LinkedHashMap<>();
        layers.forEach(layer -> parameters.put(
                layer.path() + ".weight",
                layer.kind() == LayerPoint.Kind.LINEAR
                        ? new Shape(layer.outChannels(), layer.inChannels())
                        : new Shape(layer.outChannels(), layer.inChannels(), layer.kernel(), layer.kernel())));
        return new UNetLayout(List.of(), List.of(), layers, parameters);
    }

    /** Their paths. */
    public static List<String> paths(Iterable<LayerPoint> layers) {
        return java.util.stream.StreamSupport.stream(layers.spliterator(), false)
                .map(LayerPoint::path)
                .toList();
    }
}
