package org.scedit.api;

import java.util.List;
import org.pf4j.ExtensionPoint;

/**
 * The SPI of a tuning method: annotate an implementation with {@link org.pf4j.Extension} and put it into a plugin.
 *
 * <p>The configuration is a record whose components are the recipe's keys in snake case. A component's
 * {@link Setting} gives its default, range and meaning; one without a default must be in the recipe. Components may be
 * {@code int}, {@code long}, {@code double}, {@code boolean}, {@code String}, an enum (constants in lower case, with
 * hyphens), or a {@code List} of these; or a {@code Map<String, Integer>} or {@code Map<String, Double>}, which a recipe
 * gives as {@code {name: 1, other: 2}}, which keeps that order, and whose range is that of the values. The record's
 * constructor may refuse a combination with an {@link IllegalArgumentException} whose message names the keys.
 *
 * @param <C> the configuration record
 */
public interface TunerProvider<C extends Record> extends ExtensionPoint {
    /** The method's name in recipes ({@code use: sc-tuner}): lower case, digits and hyphens, as in its paper. */
    String id();

    /** The method in one sentence, for listings, with its source. */
    String summary();

    /** The configuration's type. */
    Class<C> configType();

    /**
     * Builds the tuner for a U-Net. Called once per tuner of a recipe, before the U-Net's weights are loaded.
     *
     * @param config     the checked settings
     * @param unet       what the U-Net offers; sizes come from here and are never asked of the user
     * @param parameters makes the tuner's trainable arrays; valid only during the call
     * @return the tuner
     * @throws IllegalArgumentException if the settings do not fit this U-Net; the message names the key
     */
    Tuner create(C config, UNetLayout unet, Parameters parameters);

    /** How other tools write this method's weights; none by default. */
    default List<TunerFormat<C>> formats() {
        return List.of();
    }
}
