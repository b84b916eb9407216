package org.scedit.api;

import java.util.List;
import java.util.Set;
import org.pf4j.ExtensionPoint;

/**
 * The SPI of a measure: how good drawn pictures are. Annotate an implementation with {@link org.pf4j.Extension} and put
 * it into a plugin. Settings are a record, as a {@link TunerProvider}'s.
 *
 * @param <C> the configuration record
 */
public interface Measure<C extends Record> extends ExtensionPoint {
    /** What a measure may need besides pictures and prompts. It is checked before any weight is read. */
    enum Need {
        /** Held-out pictures of the data: {@link Drawn#references}. */
        REFERENCES,
        /** The pictures that the prompts are of: {@link Drawn#targets}. */
        TARGETS,
        /** A condition whose maps the pictures should follow: {@link Drawn#maps} and {@link Drawn#seen}. */
        CONDITION,
        /** Several pictures of one prompt: {@link Drawn#variations}. */
        VARIATIONS,
        /** A network that gives features of pictures: {@link Drawn#features}. */
        FEATURES,
        /** Features of texts, comparable with those of pictures: {@link Drawn#textFeatures}. */
        TEXT_FEATURES
    }

    /** Which way is good. */
    enum Better {
        /** More is better, such as a share of right captions. */
        HIGHER,
        /** Less is better, such as a distance. */
        LOWER
    }

    /**
     * One number.
     *
     * @param name    what it is, in words that stand as a column's head, such as {@code style distance}; a condition's
     *     name is added to it
     * @param value   finite
     * @param better  which way is good
     * @param samples how many pictures or pairs it is made of
     */
    record Value(String name, double value, Better better, int samples) {}

    /** The measure's name in recipes ({@code use: edge-f1}): lower case, digits and hyphens. */
    String id();

    /** The measure in one sentence, for listings, with its source. */
    String summary();

    /** The configuration's type; keys {@code use}, {@code name}, {@code condition} and {@code count} are taken. */
    Class<C> configType();

    /** What it needs; only this may be asked of {@link Drawn}. */
    Set<Need> needs(C config);

    /**
     * Measures: a pure function of what was drawn.
     *
     * @return at least one number; names are unique and do not depend on the pictures
     * @throws IllegalArgumentException if there are too few pictures, say; the message tells how many it takes
     */
    List<Value> measure(C config, Drawn drawn);
}
