package org.scedit.core.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Picture;

/**
 * Says what is to be seen in a picture of the scene world, and whether it is what a scene asks for.
 *
 * <p>Rules only, nothing learned: what stands out from the backdrop is split into connected parts; the colour of a part
 * is voted on by its pixels' hues, the more colourful the heavier; its shape is the one whose silhouette, over sizes and
 * small shifts, covers the part best. A part that is of no one colour, or like no shape, is found as unknown and makes
 * the picture wrong.
 */
public final class SceneChecker {
    /** Least share of the vote that makes a colour; less is an object of two colours. */
    private static final double LEAST_COLOUR_SHARE = 0.55;
    /** Least mean saturation of an object's pixels; less is a grey object. */
    private static final double LEAST_SATURATION = 0.2;
    /** Least overlap, as intersection over union, with the best silhouette. */
    private static final double LEAST_OVERLAP = 0.72;

    /** For {@link Silhouettes#of}: from nearly the foot of a contour to its upper half. */
    private static final List<Double> CUTS = List.of(0.35, 0.5, 0.65);

    private static final double SMALLEST_RADIUS = 8;
    private static final double LARGEST_RADIUS = 16.5;
    private static final double RADIUS_STEP = 0.5;
    private static final double BETWEEN_SIZES = (Size.SMALL.radius() + Size.LARGE.radius()) / 2.0;
    /** Silhouettes are tried this far, in pixels, from the middle of the part's box. */
    private static final int SHIFT = 2;
    /** Silhouettes of an area more different than by this factor cannot fit best. */
    private static final double AREA_FACTOR = 1.35;

    private static final int MIDDLE = Scene.SIDE / 2;
    private static final List<Silhouette> SILHOUETTES = silhouettes();

    /** One shape's mask around the middle of the picture, or half a pixel right of or below it. */
    private record Silhouette(Shape shape, double radius, long[] mask, int area) {}

    /** Of a part's box. */
    private record Middle(int x, int y) {}

    private record Fit(Shape shape, double radius, double overlap) {}

    /**
     * One object as it was found.
     *
     * @param colour empty if it is of no one colour
     * @param shape empty if it is like no shape
     * @param size the nearer of the two sizes
     * @param x column of the middle of its box, in pixels
     * @param y row of the middle of its box, in pixels
     * @param overlap how well the best silhouette covers it: intersection over union, 0..1
     */
    public record Found(Optional<Colour> colour, Optional<Shape> shape, Size size, int x, int y, double overlap) {
        private boolean unknown() {
            return colour.isEmpty() || shape.isEmpty();
        }

        /** Colour and shape in words, with {@code unknown} for what is not known. */
        public String words() {
            return colour.map(Colour::word).orElse("unknown") + " "
                    + shape.map(Shape::word).orElse("unknown");
        }
    }

    /**
     * How a picture compares with a scene.
     *
     * @param found all objects in the picture
     * @param missing objects of the scene, in words, that the picture lacks
     * @param extra objects in the picture, in words, that the scene lacks
     */
    public record Report(List<Found> found, List<String> missing, List<String> extra) {
        /** Whether the picture has the scene's objects and no others. */
        public boolean matches() {
            return missing.isEmpty() && extra.isEmpty();
        }
    }

    private SceneChecker() {}

    /**
     * Whether colours and shapes of the objects in the picture are those of the scene, each as often; places, sizes and
     * the backdrop are not looked at.
     *
     * @throws IllegalArgumentException if the picture is not of {@link Scene#SIDE} by {@link Scene#SIDE} pixels
     */
    public static boolean matches(Picture picture, Scene expected) {
        return check(picture, expected).matches();
    }

    /** As {@link #matches}, with what was found and what is wrong. */
    public static Report check(Picture picture, Scene expected) {
        List<Found> found = find(picture);
        List<String> missing = new ArrayList<>();
        List<String> extra = new ArrayList<>(found.stream().map(Found::words).toList());
        for (SceneObject object : expected.objects()) {
            if (!extra.remove(object.kind().words())) {
                missing.add(object.kind().words());
            }
        }
        return new Report(found, List.copyOf(missing), List.copyOf(extra));
    }

    /**
     * All objects in a picture, from the top down. Contours are cut as low as leaves nothing unknown; lowest, if only
     * losing an object would do.
     */
    public static List<Found> find(Picture picture) {
        List<Found> lowest = find(picture, CUTS.get(0));
        for (double cut : CUTS) {
            List<Found> found = find(picture, cut);
            if (found.size() >= lowest.size() && found.stream().noneMatch(Found::unknown)) {
                return found;
            }
        }
        return lowest;
    }

    /** The one of the backdrops that is nearest to the colour along the picture's rim. */
    public static Backdrop backdropOf(Picture picture) {
        int seen = Silhouettes.backdropOf(picture);
        Backdrop nearest = Backdrop.WHITE;
        for (Backdrop backdrop : Backdrop.values()) {
            nearest = distance(backdrop.rgb(), seen) < distance(nearest.rgb(), seen) ? backdrop : nearest;
        }
        return nearest;
    }

    private static List<Found> find(Picture picture, double cut) {
        Silhouettes silhouettes = Silhouettes.of(picture, cut);
        return silhouettes.parts().stream()
                .map(part -> describe(picture, silhouettes, part))
                .toList();
    }

    /** The shape of a part, empty if it is like none. */
    static Optional<Shape> shapeOf(long[] part) {
        return shapeOf(bestFit(part, middleOf(part)));
    }

    private static Optional<Shape> shapeOf(Fit fit) {
        return fit.overlap() >= LEAST_OVERLAP ? Optional.of(fit.shape()) : Optional.empty();
    }

    private static Found describe(Picture picture, Silhouettes silhouettes, long[] part) {
        Middle middle = middleOf(part);
        Fit fit = bestFit(part, middle);
        Size size = fit.radius() < BETWEEN_SIZES ? Size.SMALL : Size.LARGE;
        return new Found(
                colourOf(picture, silhouettes, part), shapeOf(fit), size, middle.x(), middle.y(), fit.overlap());
    }

    private static Middle middleOf(long[] part) {
        long columns = 0;
        int top = Scene.SIDE;
        int bottom = 0;
        for (int y = 0; y < Scene.SIDE; y++) {
            columns |= part[y];
            if (part[y] != 0) {
                top = Math.min(top, y);
                bottom = y;
            }
        }
        int x = (Long.numberOfTrailingZeros(columns) + Scene.SIDE - 1 - Long.numberOfLeadingZeros(columns)) / 2;
        return new Middle(x, (top + bottom) / 2);
    }

    private static Fit bestFit(long[] part, Middle middle) {
        int area = Silhouettes.area(part);
        Fit best = new Fit(Shape.CIRCLE, Size.SMALL.radius(), 0);
        for (Silhouette silhouette : SILHOUETTES) {
            if (silhouette.area() > area * AREA_FACTOR || silhouette.area() * AREA_FACTOR < area) {
                continue;
            }
            for (int shiftY = middle.y() - MIDDLE - SHIFT; shiftY <= middle.y() - MIDDLE + SHIFT; shiftY++) {
                for (int shiftX = middle.x() - MIDDLE - SHIFT; shiftX <= middle.x() - MIDDLE + SHIFT; shiftX++) {
                    int common = common(silhouette.mask(), part, shiftX, shiftY);
                    double overlap = common / (double) (area + silhouette.area() - common);
                    if (overlap > best.overlap()) {
                        best = new Fit(silhouette.shape(), silhouette.radius(), overlap);
                    }
                }
            }
        }
        return best;
    }

    /** Pixels in both masks once the first is moved; what is moved off the picture is lost. */
    private static int common(long[] moved, long[] still, int shiftX, int shiftY) {
        int common = 0;
        for (int y = Math.max(0, shiftY); y < Math.min(Scene.SIDE, Scene.SIDE + shiftY); y++) {
            long row = moved[y - shiftY];
            common += Long.bitCount(still[y] & (shiftX >= 0 ? row << shiftX : row >>> -shiftX));
        }
        return common;
    }

    private static Optional<Colour> colourOf(Picture picture, Silhouettes silhouettes, long[] part) {
        double[] votes = new double[Colour.values().length];
        double saturation = 0;
        int pixels = 0;
        for (int y = 0; y < Scene.SIDE; y++) {
            for (long row = part[y] & silhouettes.foreground()[y]; row != 0; row &= row - 1) {
                int x = Long.numberOfTrailingZeros(row);
                int rgb = picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2);
                double chroma = highest(rgb) - lowest(rgb);
                votes[nearestHue(rgb)] += chroma * chroma;
                saturation += chroma / Math.max(1, highest(rgb));
                pixels++;
            }
        }
        int winner = 0;
        double all = 0;
        for (int i = 0; i < votes.length; i++) {
            winner = votes[i] > votes[winner] ? i : winner;
            all += votes[i];
        }
        boolean clear = saturation >= LEAST_SATURATION * pixels && votes[winner] >= LEAST_COLOUR_SHARE * all;
        return clear ? Optional.of(Colour.values()[winner]) : Optional.empty();
    }

    private static int nearestHue(int rgb) {
        double hue = hue(rgb);
        int nearest = 0;
        double least = 6;
        for (Colour colour : Colour.values()) {
            double apart = Math.abs(hue - hue(colour.rgb()));
            apart = Math.min(apart, 6 - apart);
            if (apart < least) {
                least = apart;
                nearest = colour.ordinal();
            }
        }
        return nearest;
    }

    /** 0..6: red 0, green 2, blue 4; 0 for grey. */
    private static double hue(int rgb) {
        double chroma = highest(rgb) - lowest(rgb);
        if (chroma == 0) {
            return 0;
        }
        int red = SceneRenderer.channel(rgb, 0);
        int green = SceneRenderer.channel(rgb, 1);
        int blue = SceneRenderer.channel(rgb, 2);
        if (highest(rgb) == red) {
            double turned = (green - blue) / chroma;
            return turned < 0 ? turned + 6 : turned;
        }
        return highest(rgb) == green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
    }

    private static int highest(int rgb) {
        return Math.max(rgb >> 16, Math.max(rgb >> 8 & 0xff, rgb & 0xff));
    }

    private static int lowest(int rgb) {
        return Math.min(rgb >> 16, Math.min(rgb >> 8 & 0xff, rgb & 0xff));
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int c = 0; c < 3; c++) {
            int difference = SceneRenderer.channel(one, c) - SceneRenderer.channel(other, c);
            sum += difference * difference;
        }
        return sum;
    }

    private static List<Silhouette> silhouettes() {
        List<Silhouette> all = new ArrayList<>();
        for (Shape shape : Shape.values()) {
            for (double radius = SMALLEST_RADIUS; radius <= LARGEST_RADIUS; radius += RADIUS_STEP) {
                for (int half = 0; half < 4; half++) {
                    long[] mask = mask(shape, radius, MIDDLE + half % 2 * 0.5, MIDDLE + half / 2 * 0.5);
                    all.add(new Silhouette(shape, radius, mask, Silhouettes.area(mask)));
                }
            }
        }
        return List.copyOf(all);
    }

    private static long[] mask(Shape shape, double radius, double middleX, double middleY) {
        long[] mask = new long[Scene.SIDE];
        for (int y = 0; y < Scene.SIDE; y++) {
            for (int x = 0; x < Scene.SIDE; x++) {
                if (shape.distance(x - middleX, y - middleY, radius) <= 0) {
                    mask[y] |= 1L << x;
                }
            }
        }
        return mask;
    }
}
