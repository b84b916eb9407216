package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Says what a scene shows, in lower-case words of a small vocabulary.
 *
 * <p>Colour, shape and number of all objects are always said. Size, place, relation and background are said in some of
 * the wordings, and only where they are beyond doubt: no place of an object near the edge between two of them, no
 * relation of objects on a diagonal.
 */
public final class Captions {
    /** Most words of a caption, commas counted as words. */
    public static final int MOST_WORDS = 20;

    private static final List<String> NUMBERS = List.of("a", "two", "three");
    private static final String CONNECTING = "and at background below above big bottom centre corner drawing in left "
            + "little middle next of on over picture right side the to top under with";
    /** Centres up to here are on the left or at the top; the mirrored place begins the right and the bottom. */
    private static final int FIRST_THIRD = 24;
    /** Centres nearer than this to the edge between two places are not said to be in either. */
    private static final double DOUBTFUL = 2;
    /** Least pixels between two centres for one to be called left of, or above, the other. */
    private static final int CLEARLY_APART = 14;

    /** Like objects, said as one. */
    private record Group(SceneObject first, int count) {}

    /** What a wording says beyond colours, shapes and numbers. */
    private enum Extra {
        LEAD,
        PLACE,
        RELATION,
        BACKGROUND,
        SIZE
    }

    private Captions() {}

    /** Every word that a caption can hold, in alphabetical order; commas may stand after words. */
    public static List<String> words() {
        Set<String> words = new TreeSet<>(NUMBERS);
        words.addAll(List.of(CONNECTING.split(" ")));
        for (Shape shape : Shape.values()) {
            words.add(shape.word());
            words.add(shape.plural());
        }
        for (Colour colour : Colour.values()) {
            words.add(colour.word());
        }
        for (Size size : Size.values()) {
            words.add(size.word());
        }
        for (Backdrop backdrop : Backdrop.values()) {
            words.add(backdrop.word());
        }
        return List.copyOf(words);
    }

    /** Only what is always said: {@code a red circle and two blue squares}. */
    public static String shortCaption(Scene scene) {
        return say(scene, groups(scene), List.of(), new Dice(0));
    }

    /** One of the scene's many captions, the same for the same seed; at most {@link #MOST_WORDS} words. */
    public static String caption(Scene scene, long seed) {
        Dice dice = Dice.of(seed, stableHash(scene));
        List<Group> groups = groups(scene);
        if (dice.chance(50)) {
            Collections.reverse(groups);
        }
        List<Extra> extras = new ArrayList<>();
        for (Extra extra : Extra.values()) {
            if (dice.chance(45)) {
                extras.add(extra);
            }
        }
        long wording = dice.next();
        while (true) {
            String caption = say(scene, groups, extras, new Dice(wording));
            if (caption.replace(",", " ,").split(" ").length <= MOST_WORDS) {
                return caption;
            }
            extras.remove(0);
        }
    }

    private static String say(Scene scene, List<Group> groups, List<Extra> extras, Dice dice) {
        StringBuilder caption = new StringBuilder();
        if (extras.contains(Extra.LEAD)) {
            caption.append(dice.pick("picture of ", "a picture of ", "drawing of ", "a drawing of "));
        }
        boolean two = groups.size() == 2 && scene.objects().size() == 2;
        String relation = two && extras.contains(Extra.RELATION)
                ? relation(groups.get(0).first(), groups.get(1).first(), dice)
                : "";
        boolean places = (two || scene.objects().size() == 1) && relation.isEmpty() && extras.contains(Extra.PLACE);
        for (int i = 0; i < groups.size(); i++) {
            if (i > 0 && !relation.isEmpty()) {
                caption.append(relation);
            } else if (i > 0) {
                caption.append(i == groups.size() - 1 ? " and " : ", ");
            }
            caption.append(noun(groups.get(i), extras.contains(Extra.SIZE), dice));
            caption.append(places ? place(groups.get(i).first(), dice) : "");
        }
        if (extras.contains(Extra.BACKGROUND)) {
            String colour = scene.backdrop().word();
            caption.append(
                    dice.pick(" on a " + colour + " background", " with a " + colour + " background", " on " + colour));
        }
        return caption.toString();
    }

    private static List<Group> groups(Scene scene) {
        Map<Kind, Group> groups = new LinkedHashMap<>();
        for (SceneObject object : scene.objects()) {
            groups.merge(
                    object.kind(), new Group(object, 1), (known, more) -> new Group(known.first(), known.count() + 1));
        }
        return new ArrayList<>(groups.values());
    }

    private static String noun(Group group, boolean sized, Dice dice) {
        SceneObject object = group.first();
        StringBuilder noun = new StringBuilder(NUMBERS.get(group.count() - 1)).append(' ');
        if (sized) {
            String synonym = object.size() == Size.SMALL ? "little" : "big";
            noun.append(dice.pick(object.size().word(), synonym)).append(' ');
        }
        noun.append(object.colour().word()).append(' ');
        return noun.append(
                        group.count() == 1
                                ? object.shape().word()
                                : object.shape().plural())
                .toString();
    }

    /** Where one object stands to the other, with a space on both sides, or nothing if that is not clear. */
    private static String relation(SceneObject one, SceneObject other, Dice dice) {
        int across = other.x() - one.x();
        int down = other.y() - one.y();
        if (Math.abs(across) >= Math.max(CLEARLY_APART, 1.5 * Math.abs(down))) {
            String side = across > 0 ? "left" : "right";
            return dice.pick(" " + side + " of ", " to the " + side + " of ", " next to ");
        }
        if (Math.abs(down) >= Math.max(CLEARLY_APART, 1.5 * Math.abs(across))) {
            return down > 0 ? dice.pick(" above ", " over ") : dice.pick(" below ", " under ");
        }
        return "";
    }

    /** The one of nine places, with a space before it, or nothing if the object is near the edge of it. */
    private static String place(SceneObject object, Dice dice) {
        int column = third(object.x());
        int row = third(object.y());
        if (doubtful(object.x()) || doubtful(object.y())) {
            return "";
        }
        String side = List.of("left", "", "right").get(column);
        String level = List.of("top", "", "bottom").get(row);
        if (side.isEmpty() && level.isEmpty()) {
            return dice.pick(" in the centre", " in the middle");
        }
        if (side.isEmpty()) {
            return " at the " + level;
        }
        if (level.isEmpty()) {
            return dice.pick(" on the " + side, " on the " + side + " side");
        }
        return dice.pick(" at the " + level + " " + side, " in the " + level + " " + side + " corner");
    }

    private static int third(int position) {
        return position <= FIRST_THIRD ? 0 : position >= Scene.SIDE - 1 - FIRST_THIRD ? 2 : 1;
    }

    private static boolean doubtful(int position) {
        double fromMiddle = Math.abs(position - (Scene.SIDE - 1) / 2.0);
        double edge = (Scene.SIDE - 1) / 2.0 - FIRST_THIRD - 0.5;
        return Math.abs(fromMiddle - edge) < DOUBTFUL;
    }

    /** The records' own hash codes differ from one run of Java to the next, since those of enums do. */
    private static long stableHash(Scene scene) {
        long hash = scene.backdrop().ordinal();
        for (SceneObject object : scene.objects()) {
            hash = 31 * hash + object.colour().ordinal();
            hash = 31 * hash + object.shape().ordinal();
            hash = 31 * hash + object.size().ordinal();
            hash = 31 * hash + object.x();
            hash = 31 * hash + object.y();
        }
        return hash;
    }
}
