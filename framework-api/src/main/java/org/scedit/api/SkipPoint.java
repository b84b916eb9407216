package org.scedit.api;

/**
 * A skip connection: the encoder feature that a decoder ResNet concatenates to its input. Its value is
 * {@code (batch, channels, height / downsampling, width / downsampling)}, height and width those of the latents.
 *
 * @param index        decoder order: 0 is the first skip the decoder consumes, the deepest
 * @param encoderIndex encoder order: 0 is the output of {@code conv_in}; {@code index + encoderIndex = skips - 1}
 * @param channels     channels of the skip
 * @param downsampling how many latent pixels a pixel of the skip spans along each axis: 1, 2, 4, 8
 * @param consumer     diffusers path of the ResNet that consumes it, such as {@code up_blocks.0.resnets.2}
 */
public record SkipPoint(int index, int encoderIndex, int channels, int downsampling, String consumer)
        implements HookPoint {
    @Override
    public String name() {
        return "skip " + index;
    }
}
