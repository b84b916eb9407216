package org.scedit.core.data;

import org.scedit.api.Picture;

/**
 * What a training step learns from.
 *
 * @param picture of the data set's size
 * @param caption what it shows, in words
 * @param framing how the picture was made of its original
 */
public record Example(Picture picture, String caption, Framing framing) {
    /** A picture that is its own original. */
    public Example(Picture picture, String caption) {
        this(picture, caption, Framing.whole(picture.width(), picture.height()));
    }
}
