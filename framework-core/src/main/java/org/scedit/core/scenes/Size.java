package org.scedit.core.scenes;

import java.util.Locale;

/** How big an object is. */
public enum Size {
    SMALL(10),
    LARGE(14);

    private final int radius;

    Size(int radius) {
        this.radius = radius;
    }

    /** Radius of the circle of this size in pixels; the other shapes are scaled to about the same area. */
    public int radius() {
        return radius;
    }

    /** The word in captions. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
