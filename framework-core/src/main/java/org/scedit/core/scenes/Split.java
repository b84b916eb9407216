package org.scedit.core.scenes;

import java.util.Locale;

/** Which combinations of colour and shape a scene may have; see {@link Kind#heldOut()}. */
public enum Split {
    /** No held-out combination. */
    TRAIN,
    /** At least one object of a held-out combination; a single object, or a group of like objects, is all of it. */
    HELDOUT;

    /** The name in recipes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
