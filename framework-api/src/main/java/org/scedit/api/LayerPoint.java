package org.scedit.api;

/**
 * A linear or convolution layer of the U-Net.
 *
 * @param path        diffusers path, such as {@code mid_block.attentions.0.transformer_blocks.0.attn1.to_q}
 * @param kind        linear or convolution
 * @param inChannels  size of the input's last axis (linear) or channel axis (convolution)
 * @param outChannels likewise of the output
 * @param kernel      side of the convolution's kernel in pixels; 1 for a linear layer
 * @param stride      stride of the convolution in pixels; 1 for a linear layer
 * @param padding     zero padding of the convolution in pixels on each side; 0 for a linear layer
 */
public record LayerPoint(String path, Kind kind, int inChannels, int outChannels, int kernel, int stride, int padding)
        implements HookPoint {
    /** What the layer computes. */
    public enum Kind {
        /** {@code (..., inChannels) → (..., outChannels)}. */
        LINEAR,
        /** {@code (batch, inChannels, height, width) → (batch, outChannels, height', width')}. */
        CONV2D
    }

    @Override
    public String name() {
        return path;
    }
}
