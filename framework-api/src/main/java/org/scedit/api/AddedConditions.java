package org.scedit.api;

import ai.djl.ndarray.NDArray;

/**
 * What the U-Net of Stable Diffusion XL is told besides the text states (Podell et al. 2023, arXiv:2307.01952, 2.2).
 *
 * @param pooledText one vector for each prompt, {@code (batch, channels)}, float32
 * @param sizes      in pixels, picture after picture six numbers: height and width of the original, top and left of the
 *     part cut out of it, height and width of the result
 */
public record AddedConditions(NDArray pooledText, float[] sizes) {
    public AddedConditions {
        sizes = sizes.clone();
    }

    @Override
    public float[] sizes() {
        return sizes.clone();
    }
}
