package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.scedit.api.AddedConditions;

/**
 * What a U-Net is conditioned on besides the noise level, all in float32.
 *
 * @param states {@code (batch, tokens, textChannels)}
 * @param added  there for U-Nets that take it, as Stable Diffusion XL's
 */
public record TextCondition(NDArray states, Optional<AddedConditions> added) {
    /** Text states alone, as Stable Diffusion 1.x and 2.x take them. */
    public static TextCondition of(NDArray states) {
        return new TextCondition(states, Optional.empty());
    }
}
