package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.scedit.core.engine.Autograd;

/** The layers of a U-Net block: ResNets, and after each a transformer where the block has one. */
final class UNetBlock {
    private final List<ResnetBlock> resnets = new ArrayList<>();
    private final List<Transformer2D> attentions = new ArrayList<>();

    /** @param input channels that the first ResNet takes */
    UNetBlock(ModelBuilder model, UNetConfig config, UNetConfig.Block block, int input) {
        this(model, config, block, input, Collections.nCopies(block.resnets(), 0));
    }

    /**
     * @param input  channels handed to the first ResNet
     * @param joined channels that are concatenated to each ResNet's input
     */
    UNetBlock(ModelBuilder model, UNetConfig config, UNetConfig.Block block, int input, List<Integer> joined) {
        int current = input;
        for (int i = 0; i < block.resnets(); i++) {
            resnets.add(new ResnetBlock(
                    model,
                    block.path() + ".resnets." + i,
                    current + joined.get(i),
                    block.channels(),
                    config.timeChannels(),
                    config.groups(),
                    config.epsilon()));
            current = block.channels();
            if (i < block.attentions()) {
                attentions.add(new Transformer2D(
                        model,
                        block.path() + ".attentions." + i,
                        current,
                        block.heads(),
                        block.depths().get(i),
                        config.textChannels(),
                        config.groups(),
                        config.linearProjection()));
            }
        }
    }

    /** How many ResNets it has. */
    int size() {
        return resnets.size();
    }

    /**
     * One ResNet, and its transformer.
     *
     * @param index of the ResNet
     * @param x     {@code (batch, in, height, width)}; stays open
     * @param time  SiLU of the time embedding, {@code (batch, timeChannels)}
     * @param text  {@code (batch, tokens, textChannels)}
     * @return {@code (batch, channels, height, width)}
     */
    NDArray forward(int index, NDArray x, NDArray time, NDArray text, Hooks hooks) {
        if (!hooks.recomputes()) {
            return layer(index, x, time, text, hooks);
        }
        int draws = hooks.draws();
        return Autograd.recomputed(
                inputs -> {
                    hooks.replayFrom(draws);
                    return layer(index, inputs[0], inputs[1], inputs[2], hooks);
                },
                x,
                time,
                text);
    }

    private NDArray layer(int index, NDArray x, NDArray time, NDArray text, Hooks hooks) {
        NDArray hidden = resnets.get(index).forward(x, time, hooks);
        return index < attentions.size() ? replace(hidden, attentions.get(index).forward(hidden, text, hooks)) : hidden;
    }

    /** Closes what is no longer needed (a recorded graph keeps its own reference) and hands on what is. */
    static NDArray replace(NDArray old, NDArray next) {
        if (old != next) {
            old.close();
        }
        return next;
    }
}
