package org.scedit.api;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** A trainable copy of the U-Net's encoder and mid block. Made by {@link Parameters#encoderCopy}. */
public interface EncoderCopy {
    /**
     * What the copy computed.
     *
     * @param skips   its features at the skip connections, in encoder order; {@code (batch, channels, height, width)}
     * @param midBlock its mid block's output
     */
    record Features(List<NDArray> skips, NDArray midBlock) {
        public Features {
            skips = List.copyOf(skips);
        }
    }

    /**
     * Runs the copy on the evaluation's latents, timesteps, text and {@linkplain Step#added additions}, in float32.
     *
     * @param added to the output of its first convolution, {@code (batch, channels, height, width)}
     */
    Features forward(Step step, NDArray added);
}
