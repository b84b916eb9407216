package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What an object is, apart from where and how big: the pair that captions always name and the checker looks for. */
public record Kind(Colour colour, Shape shape) {
    private static final Map<Shape, Colour> HELD_OUT = new EnumMap<>(Map.of(
            Shape.CIRCLE, Colour.GREEN,
            Shape.SQUARE, Colour.YELLOW,
            Shape.TRIANGLE, Colour.PURPLE,
            Shape.CROSS, Colour.BLUE));

    /** Whether this pair is kept out of {@link Split#TRAIN}: one colour for each shape, four different colours. */
    public boolean heldOut() {
        return HELD_OUT.get(shape) == colour;
    }

    /** All pairs that are, or that are not, held out; always in the same order. */
    public static List<Kind> all(boolean heldOut) {
        List<Kind> kinds = new ArrayList<>();
        for (Colour colour : Colour.values()) {
            for (Shape shape : Shape.values()) {
                Kind kind = new Kind(colour, shape);
                if (kind.heldOut() == heldOut) {
                    kinds.add(kind);
                }
            }
        }
        return List.copyOf(kinds);
    }

    /** The words in captions, for example {@code red circle}. */
    public String words() {
        return colour.word() + " " + shape.word();
    }
}
