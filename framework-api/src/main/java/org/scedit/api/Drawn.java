package org.scedit.api;

import java.util.List;

/** What a {@link Measure} sees: pictures that were drawn from prompts, and what they are compared with. */
public interface Drawn {
    /** The prompts, one for each picture. */
    List<String> prompts();

    /** The pictures, in the order of the prompts. */
    List<Picture> pictures();

    /** Held-out pictures of the data, not in the prompts' order; not empty where {@link Measure.Need#REFERENCES} is. */
    List<Picture> references();

    /**
     * The maps that the pictures should follow, in their order.
     *
     * @param condition the condition's name in the recipe
     * @throws IllegalArgumentException if the recipe has no such condition; the message tells which it has
     */
    List<Picture> maps(String condition);

    /** Several pictures of one prompt, with seeds of their own, for each of some prompts. */
    List<List<Picture>> variations();

    /**
     * Features of pictures by the recipe's feature network.
     *
     * @return one row of equally many numbers for each picture
     */
    float[][] features(List<Picture> pictures);

    /**
     * Features of texts, in the space of those of {@link #features} whose angle to them tells how well they fit.
     *
     * @return one row for each text
     */
    float[][] textFeatures(List<String> texts);
}
