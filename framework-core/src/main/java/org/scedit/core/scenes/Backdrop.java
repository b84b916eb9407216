package org.scedit.core.scenes;

import java.util.Locale;

/** The one colour behind all objects of a scene; none is near an object's colour. */
public enum Backdrop {
    WHITE(0xfafafa),
    BLACK(0x0c0c0c),
    GREY(0x808080),
    BROWN(0x734a2a);

    private final int rgb;

    Backdrop(int rgb) {
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
