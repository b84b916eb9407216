package org.scedit.core.model;

import static org.scedit.core.model.UNetBlock.replace;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.scedit.api.FeaturePoint;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;

/** The U-Net's way down: first convolution, time embedding, encoder blocks and the mid block. */
final class UNetEncoder {
    private final Ops ops;
    private final ConvLayer convIn;
    private final TimeEmbedding timeEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final UNetBlock midBlock;
    private final FeaturePoint midPoint;
    private final List<Size> skips = new ArrayList<>();

    /**
     * The size of a skip connection's feature.
     *
     * @param channels     its channels
     * @param downsampling how many latent pixels a pixel of it spans along each axis
     */
    record Size(int channels, int downsampling) {}

    private record DownBlock(UNetBlock layers, FeaturePoint point, ConvLayer downsampler) {}

    /**
     * What the encoder hands to the decoder, all in the open scope.
     *
     * @param time     SiLU of the time embedding, {@code (batch, timeChannels)}
     * @param skips    in encoder order, each {@code (batch, channels, height, width)}
     * @param midBlock the mid block's output
     */
    record Encoded(NDArray time, Deque<NDArray> skips, NDArray midBlock) {}

    UNetEncoder(ModelBuilder model, UNetConfig config) {
        ops = model.ops();
        int current = config.baseChannels();
        convIn = new ConvLayer(model, "conv_in", config.inChannels(), current, 3, 1, 1);
        timeEmbedding = new TimeEmbedding(model, config);
        int downsampling = 1;
        skips.add(new Size(current, downsampling));
        for (UNetConfig.Block block : config.down()) {
            var layers = new UNetBlock(model, config, block, current);
            var point = new FeaturePoint(block.path(), block.channels(), downsampling);
            current = block.channels();
            skips.addAll(Collections.nCopies(block.resnets(), new Size(current, downsampling)));
            ConvLayer downsampler = null;
            if (block.resizes()) {
                String path = block.path() + ".downsamplers.0.conv";
                downsampler = new ConvLayer(model, path, current, current, 3, 2, config.downsamplePadding());
                downsampling *= 2;
                skips.add(new Size(current, downsampling));
            }
            downBlocks.add(new DownBlock(layers, point, downsampler));
        }
        midBlock = new UNetBlock(model, config, config.mid(), current);
        midPoint = new FeaturePoint(FeaturePoint.MID_BLOCK, current, downsampling);
    }

    /** Sizes of the skip connections' features in encoder order. */
    List<Size> skips() {
        return Collections.unmodifiableList(skips);
    }

    /** The encoder blocks' outputs in forward order, then the mid block's. */
    List<FeaturePoint> features() {
        return Stream.concat(downBlocks.stream().map(DownBlock::point), Stream.of(midPoint))
                .toList();
    }

    /**
     * Runs it; what it makes belongs to the open scope.
     *
     * @param latents   {@code (batch, inChannels, height, width)}, float32
     * @param timesteps one for each picture, 0..999
     * @param condition the text; its states in the given precision
     * @param added     to the first convolution's output, of its shape and precision; null for nothing
     */
    Encoded forward(
            NDArray latents,
            float[] timesteps,
            TextCondition condition,
            NDArray added,
            Precision precision,
            Hooks hooks) {
        NDArray text = condition.states();
        NDArray time = Autograd.cut(
                timeEmbedding.forward(timesteps, condition.added(), latents.getManager(), precision, hooks));
        NDArray hidden = convIn.forward(ops.to(latents, precision), hooks);
        if (added != null) {
            hidden = replace(hidden, add(hidden, added));
        }
        Deque<NDArray> skips = new ArrayDeque<>();
        hidden = shared(hidden);
        skips.addLast(hidden);
        for (DownBlock block : downBlocks) {
            hidden = forward(block, hidden, time, text, skips, hooks);
        }
        hidden = midBlock.forward(0, hidden, time, text, hooks);
        hidden = replace(hidden, midBlock.forward(1, hidden, time, text, hooks));
        return new Encoded(time, skips, replace(hidden, hooks.feature(midPoint, hidden)));
    }

    private static NDArray forward(
            DownBlock block, NDArray input, NDArray time, NDArray text, Deque<NDArray> skips, Hooks hooks) {
        NDArray hidden = input;
        for (int i = 0; i < block.layers().size(); i++) {
            hidden = block.layers().forward(i, hidden, time, text, hooks);
            if (i == block.layers().size() - 1) {
                hidden = replace(hidden, hooks.feature(block.point(), hidden));
            }
            hidden = shared(hidden);
            skips.addLast(hidden);
        }
        if (block.downsampler() != null) {
            hidden = shared(block.downsampler().forward(hidden, hooks));
            skips.addLast(hidden);
        }
        return hidden;
    }

    /** For what goes to a skip connection and further down. */
    private static NDArray shared(NDArray hidden) {
        return replace(hidden, Autograd.cut(hidden));
    }

    private NDArray add(NDArray hidden, NDArray added) {
        if (!added.getShape().equals(hidden.getShape())) {
            throw new IllegalArgumentException("what is added to the output of conv_in has shape " + added.getShape()
                    + ", expected " + hidden.getShape() + "; it needs one feature for each picture of the batch, at "
                    + "the resolution of the latents");
        }
        return ops.add(hidden, added);
    }
}
