package org.scedit.core.scenes;

import java.util.List;

/**
 * What a picture shows: one to three objects, apart from each other and from the border, before a backdrop of one
 * colour.
 *
 * @param objects in no particular order of place; captions name them in this order unless their wording turns it
 */
public record Scene(Backdrop backdrop, List<SceneObject> objects) {
    /** Width and height of every picture, in pixels. */
    public static final int SIDE = 64;
    /** Objects keep this many pixels from the border, for the backdrop to be seen all around. */
    public static final int MARGIN = 2;
    /** Objects keep this many pixels from each other, for a blurred picture of them not to run together. */
    public static final int GAP = 4;
    /** Most objects in a scene. */
    public static final int MOST_OBJECTS = 3;

    /** @throws IllegalArgumentException if there are none or too many objects, or they break a margin or a gap */
    public Scene {
        objects = List.copyOf(objects);
        if (objects.isEmpty() || objects.size() > MOST_OBJECTS) {
            throw new IllegalArgumentException("a scene has 1 to " + MOST_OBJECTS + " objects, got " + objects.size());
        }
        for (int i = 0; i < objects.size(); i++) {
            SceneObject object = objects.get(i);
            if (!object.keepsMargin()) {
                throw new IllegalArgumentException(object + " is nearer than " + MARGIN + " px to the border");
            }
            for (SceneObject earlier : objects.subList(0, i)) {
                if (earlier.gapTo(object) < GAP) {
                    throw new IllegalArgumentException(object + " is nearer than " + GAP + " px to " + earlier);
                }
            }
        }
    }
}
