package org.scedit.core.scenes;

import java.util.Arrays;

/**
 * What can be said of a picture of the scene world, as numbers side by side in one row: the targets that the feature
 * network is trained on.
 */
public enum SceneAttribute {
    /** The {@link Style}. */
    STYLE(Style.values().length, Form.ONE_OF),
    /** The {@link Backdrop}. */
    BACKDROP(Backdrop.values().length, Form.ONE_OF),
    /** How many objects there are. */
    COUNT(Scene.MOST_OBJECTS, Form.ONE_OF),
    /** Which colours objects have. */
    COLOURS(Colour.values().length, Form.ANY_OF),
    /** Which shapes objects have. */
    SHAPES(Shape.values().length, Form.ANY_OF),
    /** Which sizes objects have. */
    SIZES(Size.values().length, Form.ANY_OF),
    /** Which of three by three places hold an object's centre, row by row. */
    PLACES(9, Form.ANY_OF),
    /** How much noise and how much blur was put on it, see {@link Damage}. */
    DAMAGE(2, Form.AMOUNTS);

    /** How an attribute's numbers are to be read. */
    public enum Form {
        /** One is 1, the others are 0. */
        ONE_OF,
        /** Each is 0 or 1. */
        ANY_OF,
        /** Each lies in 0..1. */
        AMOUNTS
    }

    private final int width;
    private final Form form;

    SceneAttribute(int width, Form form) {
        this.width = width;
        this.form = form;
    }

    /** How many numbers it takes. */
    public int width() {
        return width;
    }

    /** How its numbers are to be read. */
    public Form form() {
        return form;
    }

    /** Where its numbers begin in the row. */
    public int offset() {
        return Arrays.stream(values())
                .limit(ordinal())
                .mapToInt(SceneAttribute::width)
                .sum();
    }

    /** How many numbers a row has. */
    public static int total() {
        return Arrays.stream(values()).mapToInt(SceneAttribute::width).sum();
    }

    /** The row of a picture of a scene. */
    public static float[] row(Scene scene, Style style, Damage damage) {
        float[] row = new float[total()];
        row[STYLE.offset() + style.ordinal()] = 1;
        row[BACKDROP.offset() + scene.backdrop().ordinal()] = 1;
        row[COUNT.offset() + scene.objects().size() - 1] = 1;
        for (SceneObject object : scene.objects()) {
            row[COLOURS.offset() + object.colour().ordinal()] = 1;
            row[SHAPES.offset() + object.shape().ordinal()] = 1;
            row[SIZES.offset() + object.size().ordinal()] = 1;
            row[PLACES.offset() + 3 * third(object.y()) + third(object.x())] = 1;
        }
        row[DAMAGE.offset()] = damage.noise();
        row[DAMAGE.offset() + 1] = damage.blur();
        return row;
    }

    private static int third(int pixel) {
        return 3 * pixel / Scene.SIDE;
    }
}
