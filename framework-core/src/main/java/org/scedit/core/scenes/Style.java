package org.scedit.core.scenes;

import java.util.Locale;

/**
 * Ways to draw the same scene. Only {@link #PLAIN} is what the embedded model is pretrained on; the others are there to
 * be learned by tuners. In every style an object stays within its silhouette and the background stays one colour.
 */
public enum Style {
    /** One flat colour. */
    PLAIN,
    /** A thick contour in the object's colour, hollow inside. */
    OUTLINE,
    /** Diagonal bands, the colour and a light tint of it. */
    STRIPES,
    /** A coarse mosaic of square tiles, the colour and a light tint of it in turn. */
    BLOCKS,
    /** A soft solid, lit from the top left. */
    SHADED,
    /** Light polka dots on the colour. */
    DOTS,
    /** A thin contour, crossed pen strokes inside. */
    HATCH,
    /** Bands that follow the contour inwards, the colour and a light tint of it. */
    RINGS;

    /** The name in recipes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
