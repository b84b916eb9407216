package org.scedit.api;

import org.pf4j.ExtensionPoint;

/**
 * The SPI of a condition: how its map is computed from a picture. Annotate an implementation with
 * {@link org.pf4j.Extension} and put it into a plugin. Settings are a record, as a {@link TunerProvider}'s.
 *
 * @param <C> the configuration record
 */
public interface Annotator<C extends Record> extends ExtensionPoint {
    /** The condition's name in recipes ({@code use: canny}): lower case, digits and hyphens. */
    String id();

    /** The condition in one sentence, for listings, with its source. */
    String summary();

    /** The configuration's type. */
    Class<C> configType();

    /**
     * The map of a picture: a pure function, so that it may be computed again at any time and on any thread.
     *
     * @param seed of what is drawn by chance, such as a mask; the same for the same picture of a data set
     * @return of the picture's size
     */
    Picture annotate(C config, Picture picture, long seed);
}
