package org.scedit.api;

import java.util.List;
import org.scedit.api.Measure.Need;

/**
 * What a {@link Measure} sees: pictures that were drawn from the captions of held-out pictures, and what they are
 * compared with. What the measure does not {@linkplain Measure#needs need} must not be asked for;
 * by default it is not there, which suits a measure's tests.
 */
public interface Drawn {
    /** The prompts, one for each picture. */
    List<String> prompts();

    /** The pictures, in the order of the prompts. */
    List<Picture> pictures();

    /** The held-out pictures whose captions the prompts are, in the prompts' order. */
    default List<Picture> targets() {
        throw unasked(Need.TARGETS);
    }

    /** Held-out pictures of the data; those of {@link #targets} come first, and there may be more or fewer. */
    default List<Picture> references() {
        throw unasked(Need.REFERENCES);
    }

    /** The maps of the measure's condition that the pictures should follow, in their order. */
    default List<Picture> maps() {
        throw unasked(Need.CONDITION);
    }

    /** What the condition makes of the drawn pictures: maps of the same kind as {@link #maps}, in the same order. */
    default List<Picture> seen() {
        throw unasked(Need.CONDITION);
    }

    /** Several pictures of one prompt, with seeds of their own, for each of some prompts; at least two of each. */
    default List<List<Picture>> variations() {
        throw unasked(Need.VARIATIONS);
    }

    /**
     * Features of pictures by the recipe's feature network.
     *
     * @return one row of equally many numbers for each picture
     */
    default float[][] features(List<Picture> pictures) {
        throw unasked(Need.FEATURES);
    }

    /**
     * Features of texts, in the space of those of {@link #features} whose angle to them tells how well they fit.
     *
     * @return one row for each text
     */
    default float[][] textFeatures(List<String> texts) {
        throw unasked(Need.TEXT_FEATURES);
    }

    private static IllegalStateException unasked(Need need) {
        return new IllegalStateException("the measure did not say that it needs " + need);
    }
}
