package org.scedit.core.scenes;

import java.util.Locale;

/** The colours of objects: saturated, and at least 45 degrees of hue apart, so that a blurred one is still told. */
public enum Colour {
    RED(0xdc2828),
    GREEN(0x28aa3c),
    BLUE(0x2846dc),
    YELLOW(0xf5d228),
    PURPLE(0xa032be),
    CYAN(0x1ebedc);

    private final int rgb;

    Colour(int rgb) {
        this.rgb = rgb;
    }

    /** The colour as {@code 0xRRGGBB}. */
    public int rgb() {
        return rgb;
    }

    /** The word in captions. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
