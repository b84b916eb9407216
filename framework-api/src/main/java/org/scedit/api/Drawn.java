package org.scedit.api;

import java.util.List;

/**
 * What a {@link Measure} sees: pictures that were drawn from the captions of held-out pictures, and what they are
 * compared with. What the measure does not {@linkplain Measure#needs need} must not be asked for.
 */
public interface Drawn {
    /** The prompts, one for each picture. */
    List<String> prompts();

    /** The pictures, in the order of the prompts. */
    List<Picture> pictures();

    /** The held-out pictures whose captions the prompts are, in the prompts' order. */
    List<Picture> targets();

    /** Held-out pictures of the data; those of {@link #targets} come first, and there may be more or fewer. */
    List<Picture> references();

    /** The maps of the measure's condition that the pictures should follow, in their order. */
    List<Picture> maps();

    /** What the condition makes of the drawn pictures: maps of the same kind as {@link #maps}, in the same order. */
    List<Picture> seen();

    /** Several pictures of one prompt, with seeds of their own, for each of some prompts; at least two of each. */
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
