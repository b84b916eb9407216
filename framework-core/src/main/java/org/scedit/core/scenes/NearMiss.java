package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.List;

/** Scenes that differ from another in one thing which every caption says: what its caption must not be confused with. */
public final class NearMiss {
    private NearMiss() {}

    /**
     * The scene with one object of another colour or another shape, or with the colours of two objects exchanged.
     *
     * @param seed which of these
     */
    public static Scene of(Scene scene, long seed) {
        Dice dice = Dice.of(seed, scene.objects().size());
        List<SceneObject> objects = scene.objects();
        int first = dice.below(objects.size());
        int second = dice.below(objects.size());
        SceneObject one = objects.get(first);
        SceneObject other = objects.get(second);
        boolean exchangeable = one.colour() != other.colour() && one.shape() != other.shape();
        if (exchangeable && objects.size() == 2) {
            return new Scene(
                    scene.backdrop(),
                    replaced(
                            replaced(objects, first, one.shape(), other.colour()),
                            second,
                            other.shape(),
                            one.colour()));
        }
        Shape shape = dice.chance(50) ? other(dice, Shape.values(), one.shape()) : one.shape();
        if (shape != one.shape()) {
            try {
                return new Scene(scene.backdrop(), replaced(objects, first, shape, one.colour()));
            } catch (IllegalArgumentException tooNear) {
                // another shape reaches further: no room for it here, so the colour is changed
            }
        }
        return new Scene(
                scene.backdrop(), replaced(objects, first, one.shape(), other(dice, Colour.values(), one.colour())));
    }

    private static <T> T other(Dice dice, T[] all, T but) {
        List<T> others = new ArrayList<>(List.of(all));
        others.remove(but);
        return others.get(dice.below(others.size()));
    }

    private static List<SceneObject> replaced(List<SceneObject> objects, int index, Shape shape, Colour colour) {
        List<SceneObject> result = new ArrayList<>(objects);
        SceneObject former = objects.get(index);
        result.set(index, new SceneObject(shape, colour, former.size(), former.x(), former.y()));
        return result;
    }
}
