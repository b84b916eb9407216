package org.scedit.core.data;

import org.scedit.api.Picture;

/**
 * What a training step learns from.
 *
 * @param picture of the data set's size
 * @param caption what it shows, in words
 */
public record Example(Picture picture, String caption) {}
