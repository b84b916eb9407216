package org.scedit.core.diffusion;

/**
 * Where a sampler's noise comes from: a seeded generator, or recorded draws in a test. It is asked only when noise is
 * needed, so the order of draws is part of what a seed means.
 */
@FunctionalInterface
public interface NoiseSource {
    /** For samplers that add none: asking it is an error. */
    NoiseSource NONE = length -> {
        throw new IllegalStateException("this sampler was said to draw no noise, and asked for " + length + " values");
    };

    /** The next {@code length} standard normal values. */
    float[] next(int length);
}
