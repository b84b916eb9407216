package org.scedit.core.model.single;

import com.google.gson.JsonObject;
import java.util.stream.Stream;
import org.scedit.core.weights.PartWeights;

/** A network in the layout of Latent Diffusion: its configuration, and what its tensors are in diffusers' layout. */
interface LdmPart {
    /** What its {@code config.json} in diffusers' layout would say. */
    JsonObject config();

    /**
     * What becomes of a tensor.
     *
     * @param tensor named without the part's prefix
     * @return under diffusers' names: one for most, several for one that is cut up, none for a tensor that this network
     *     does not have or does not need
     */
    Stream<PartWeights.Tensor> place(PartWeights.Tensor tensor);

    /**
     * Whether a tensor is known and not needed.
     *
     * @param key without the part's prefix
     */
    default boolean isUnused(String key) {
        return false;
    }
}
