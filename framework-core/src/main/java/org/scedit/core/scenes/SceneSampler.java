package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Draws scenes. Scene {@code i} is a function of the sampler's arguments and of {@code i} alone, so that any can be had
 * without the earlier ones, in any order and from any thread.
 */
public final class SceneSampler {
    /** How many objects a scene has where nothing else is asked for: one or two, and three in a fifth of them. */
    public static final List<Integer> DEFAULT_COUNTS = List.of(1, 1, 2, 2, 3);

    private static final int PLACES_TRIED = 60;
    /** After so many arrangements that did not fit, all objects are small ones, which always fit before long. */
    private static final int ARRANGEMENTS_OF_ANY_SIZE = 8;

    private final long seed;
    private final Split split;
    private final List<Integer> objectCounts;

    /**
     * @param objectCounts how many objects a scene may have, 1 to {@link Scene#MOST_OBJECTS}; each entry is as likely
     *     as any other, so a number given twice comes twice as often
     * @throws IllegalArgumentException if no count is given, or one out of range
     */
    public SceneSampler(long seed, Split split, List<Integer> objectCounts) {
        this.seed = seed;
        this.split = split;
        this.objectCounts = List.copyOf(objectCounts);
        if (objectCounts.isEmpty()
                || objectCounts.stream().anyMatch(count -> count < 1 || count > Scene.MOST_OBJECTS)) {
            throw new IllegalArgumentException(
                    "object counts are one or several of 1 to " + Scene.MOST_OBJECTS + ", got " + objectCounts);
        }
    }

    /** The scene of this index; any index will do. */
    public Scene scene(long index) {
        Dice dice = Dice.of(seed * Split.values().length + split.ordinal(), index);
        int count = objectCounts.get(dice.below(objectCounts.size()));
        Backdrop backdrop = dice.pick(Backdrop.values());
        List<Kind> kinds = kinds(dice, count);
        for (int arrangement = 0; ; arrangement++) {
            List<SceneObject> objects = arrange(dice, kinds, arrangement < ARRANGEMENTS_OF_ANY_SIZE);
            if (objects.size() == count) {
                return new Scene(backdrop, objects);
            }
        }
    }

    /** All different, or with a group of two or three alike, as captions count them. */
    private List<Kind> kinds(Dice dice, int count) {
        int alike = 1;
        if (count > 1 && dice.chance(30)) {
            alike = count == 3 && dice.chance(50) ? 3 : 2;
        }
        List<Kind> kinds = new ArrayList<>();
        List<Kind> ordinary = new ArrayList<>(Kind.all(false));
        List<Kind> first = split == Split.HELDOUT ? Kind.all(true) : ordinary;
        Kind leading = first.get(dice.below(first.size()));
        for (int i = 0; i < alike; i++) {
            kinds.add(leading);
        }
        ordinary.remove(leading);
        while (kinds.size() < count) {
            kinds.add(ordinary.remove(dice.below(ordinary.size())));
        }
        return kinds;
    }

    /** As many of the objects as found room; objects of one kind have one size. */
    private static List<SceneObject> arrange(Dice dice, List<Kind> kinds, boolean anySize) {
        int percentLarge = kinds.size() == 1 ? 50 : kinds.size() == 2 ? 40 : 15;
        List<SceneObject> placed = new ArrayList<>();
        for (Kind kind : kinds) {
            Size size = anySize && dice.chance(percentLarge) ? Size.LARGE : Size.SMALL;
            for (SceneObject earlier : placed) {
                size = earlier.kind().equals(kind) ? earlier.size() : size;
            }
            Optional<SceneObject> object = place(dice, kind, size, placed);
            if (object.isEmpty()) {
                break;
            }
            placed.add(object.get());
        }
        return placed;
    }

    private static Optional<SceneObject> place(Dice dice, Kind kind, Size size, List<SceneObject> placed) {
        int reachX = reach(kind.shape().halfWidth(size.radius()));
        int reachY = reach(kind.shape().halfHeight(size.radius()));
        for (int tried = 0; tried < PLACES_TRIED; tried++) {
            int x = reachX + dice.below(Scene.SIDE - 2 * reachX);
            int y = reachY + dice.below(Scene.SIDE - 2 * reachY);
            SceneObject object = new SceneObject(kind.shape(), kind.colour(), size, x, y);
            if (placed.stream().allMatch(other -> other.gapTo(object) >= Scene.GAP)) {
                return Optional.of(object);
            }
        }
        return Optional.empty();
    }

    /** The centre's least distance from the border, in pixels, that keeps the margin. */
    private static int reach(double half) {
        return (int) Math.ceil(half + Scene.MARGIN - 0.5);
    }
}
