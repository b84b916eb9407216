package org.scedit.core.model;

import static org.scedit.core.model.UNetBlock.replace;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.scedit.api.SkipPoint;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;

/** The U-Net's way up: decoder blocks, which consume the skip connections, and the last convolution. */
final class UNetDecoder {
    private final Ops ops;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final Norm normOut;
    private final ConvLayer convOut;
    private final List<SkipPoint> skips = new ArrayList<>();

    private record UpBlock(UNetBlock layers, List<SkipPoint> skips, ConvLayer upsampler) {}

    /** @param encoded sizes of the encoder's features in encoder order */
    UNetDecoder(ModelBuilder model, UNetConfig config, List<UNetEncoder.Size> encoded) {
        ops = model.ops();
        int current = config.mid().channels();
        for (UNetConfig.Block block : config.up()) {
            List<SkipPoint> consumed = new ArrayList<>();
            for (int i = 0; i < block.resnets(); i++) {
                int index = skips.size() + i;
                int encoderIndex = encoded.size() - 1 - index;
                UNetEncoder.Size size = encoded.get(encoderIndex);
                consumed.add(new SkipPoint(
                        index, encoderIndex, size.channels(), size.downsampling(), block.path() + ".resnets." + i));
            }
            skips.addAll(consumed);
            List<Integer> joined = consumed.stream().map(SkipPoint::channels).toList();
            var layers = new UNetBlock(model, config, block, current, joined);
            current = block.channels();
            ConvLayer upsampler = block.resizes()
                    ? new ConvLayer(model, block.path() + ".upsamplers.0.conv", current, current, 3, 1, 1)
                    : null;
            upBlocks.add(new UpBlock(layers, consumed, upsampler));
        }
        normOut = Norm.group(model, "conv_norm_out", current, config.groups(), config.epsilon());
        convOut = new ConvLayer(model, "conv_out", current, config.outChannels(), 3, 1, 1);
    }

    /** The skip connections in the order they are consumed. */
    List<SkipPoint> skips() {
        return Collections.unmodifiableList(skips);
    }

    /**
     * Runs it; what it makes belongs to the open scope.
     *
     * @param encoded the encoder's; its skips and its mid block's output are consumed and closed
     * @param text    {@code (batch, tokens, textChannels)}
     * @return {@code (batch, outChannels, height, width)}, in the encoder's precision
     */
    NDArray forward(UNetEncoder.Encoded encoded, NDArray text, Hooks hooks) {
        Deque<NDArray> edited = edited(encoded.skips(), hooks);
        // what tuners add may have been computed for all skips together: on the way back it is passed once, after all
        Autograd.Junction inputs = Autograd.junction();
        NDArray hidden = replace(encoded.midBlock(), inputs.cut(encoded.midBlock()));
        for (UpBlock block : upBlocks) {
            hidden = forward(block, hidden, edited, inputs, encoded.time(), text, hooks);
        }
        return convOut.forward(normOut.forwardSilu(hidden), hooks);
    }

    /** The skips as tuners edit them, in the order they are consumed; the given ones are consumed. */
    private Deque<NDArray> edited(Deque<NDArray> encoded, Hooks hooks) {
        Autograd.Junction encoder = Autograd.junction(); // a skip is used by what edits it, and by the edited one
        Deque<NDArray> edited = new ArrayDeque<>();
        for (SkipPoint point : skips) {
            NDArray skip = encoded.removeLast();
            skip = replace(skip, encoder.cut(skip));
            edited.addLast(replace(skip, hooks.skip(point, skip)));
        }
        return edited;
    }

    private NDArray forward(
            UpBlock block,
            NDArray input,
            Deque<NDArray> skips,
            Autograd.Junction inputs,
            NDArray time,
            NDArray text,
            Hooks hooks) {
        NDArray hidden = input;
        for (int i = 0; i < block.layers().size(); i++) {
            NDArray skip = skips.removeFirst();
            skip = replace(skip, inputs.cut(skip));
            NDArray joined = replace(hidden, ops.concat(hidden, skip));
            skip.close();
            hidden = replace(joined, block.layers().forward(i, joined, time, text, hooks));
        }
        if (block.upsampler() != null) {
            // The next skip's size, not twice this one: they differ where the latents are not divisible by 8.
            NDArray larger = replace(hidden, ops.upsampleLike(hidden, skips.peekFirst()));
            hidden = replace(larger, block.upsampler().forward(larger, hooks));
        }
        return hidden;
    }
}
