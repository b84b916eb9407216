package org.scedit.core.scenes;

import org.scedit.api.Picture;

/**
 * Draws scenes, with 4x4 samples a pixel; the pixels are the same on every platform.
 *
 * <p>Patterns hang on the object's centre, so that an object looks the same wherever it stands.
 */
public final class SceneRenderer {
    private static final int SAMPLES = 4;
    private static final int WHITE = 0xffffff;
    private static final int BLACK = 0x000000;
    private static final double OUTLINE_WIDTH = 2.8;
    private static final double STRIPE_PERIOD = 6.4;
    private static final int BLOCK = 3;
    private static final double DOT_PERIOD = 6;
    private static final double DOT_RADIUS = 1.75;
    private static final double HATCH_PERIOD = 5.2;
    private static final double HATCH_STROKE = 1.5;
    private static final double HATCH_OUTLINE = 1.6;
    private static final double RING_WIDTH = 2.6;
    /** Full colour along the contour, so that pale patterns keep their silhouette on white. */
    private static final double RIM = 1.1;
    /** No pixel reaches further from its middle. */
    private static final double PIXEL_RADIUS = 0.75;

    private static final double SQRT_HALF = Math.sqrt(0.5);

    private SceneRenderer() {}

    /** The scene as a picture of {@link Scene#SIDE} by {@link Scene#SIDE} pixels. */
    public static Picture render(Scene scene, Style style) {
        int side = Scene.SIDE;
        byte[] rgb = new byte[3 * side * side];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) channel(scene.backdrop().rgb(), i % 3);
        }
        for (SceneObject object : scene.objects()) {
            draw(object, style, scene.backdrop().rgb(), rgb);
        }
        return Picture.of(side, side, rgb);
    }

    private static void draw(SceneObject object, Style style, int backdrop, byte[] rgb) {
        int reachX = (int) Math.ceil(object.halfWidth() + BLOCK);
        int reachY = (int) Math.ceil(object.halfHeight() + BLOCK);
        for (int py = Math.max(0, object.y() - reachY); py <= Math.min(Scene.SIDE - 1, object.y() + reachY); py++) {
            for (int px = Math.max(0, object.x() - reachX); px <= Math.min(Scene.SIDE - 1, object.x() + reachX); px++) {
                double distance = object.distance(px, py);
                if (style == Style.PLAIN && distance < -PIXEL_RADIUS) {
                    put(rgb, px, py, object.colour().rgb());
                } else if (distance < (style == Style.BLOCKS ? BLOCK : PIXEL_RADIUS)) {
                    blend(object, style, backdrop, px, py, rgb);
                }
            }
        }
    }

    /** Averages a pixel's samples. Objects keep their distance, so what is not the object is the backdrop. */
    private static void blend(SceneObject object, Style style, int backdrop, int px, int py, byte[] rgb) {
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int sample = 0; sample < SAMPLES * SAMPLES; sample++) {
            double dx = px - object.x() + (sample % SAMPLES + 0.5) / SAMPLES - 0.5;
            double dy = py - object.y() + (sample / SAMPLES + 0.5) / SAMPLES - 0.5;
            int colour = colourAt(object, style, dx, dy, backdrop);
            red += channel(colour, 0);
            green += channel(colour, 1);
            blue += channel(colour, 2);
        }
        put(rgb, px, py, mean(red) << 16 | mean(green) << 8 | mean(blue));
    }

    private static int mean(int sum) {
        int samples = SAMPLES * SAMPLES;
        return (sum + samples / 2) / samples;
    }

    private static int colourAt(SceneObject object, Style style, double dx, double dy, int backdrop) {
        if (style == Style.BLOCKS) {
            return blockAt(object, dx, dy, backdrop);
        }
        double depth = -object.shape().distance(dx, dy, object.size().radius());
        if (depth < 0) {
            return backdrop;
        }
        int colour = object.colour().rgb();
        return switch (style) {
            case PLAIN, BLOCKS -> colour;
            case OUTLINE -> depth < OUTLINE_WIDTH ? colour : backdrop;
            case STRIPES -> {
                boolean light = depth > RIM && wave((dx + dy) * SQRT_HALF, STRIPE_PERIOD) < 0.5;
                yield light ? mix(colour, WHITE, 0.65) : colour;
            }
            case SHADED -> shaded(object, dx, dy, depth);
            case DOTS -> depth > RIM && nearDot(dx, dy) ? mix(colour, WHITE, 0.8) : colour;
            case HATCH -> {
                boolean stroke = depth < HATCH_OUTLINE
                        || wave((dx + dy) * SQRT_HALF, HATCH_PERIOD) * HATCH_PERIOD < HATCH_STROKE
                        || wave((dx - dy) * SQRT_HALF, HATCH_PERIOD) * HATCH_PERIOD < HATCH_STROKE;
                yield stroke ? colour : backdrop;
            }
            case RINGS -> (int) (depth / RING_WIDTH) % 2 == 0 ? colour : mix(colour, WHITE, 0.65);
        };
    }

    /** A tile, three pixels square and in step with them, belongs to the object when its middle does. */
    private static int blockAt(SceneObject object, double dx, double dy, int backdrop) {
        // laid out from a tile's middle, a square would come out too narrow and a large cross's arms too wide
        boolean betweenTiles =
                object.shape() == Shape.SQUARE || object.shape() == Shape.CROSS && object.size() == Size.LARGE;
        int origin = betweenTiles ? 2 : 0;
        int column = (int) Math.floor((dx - origin) / BLOCK + 0.5);
        int row = (int) Math.floor((dy - origin) / BLOCK + 0.5);
        double middleX = column * BLOCK + origin;
        double middleY = row * BLOCK + origin;
        if (object.shape().distance(middleX, middleY, object.size().radius()) > 0) {
            return backdrop;
        }
        int colour = object.colour().rgb();
        return (row + column & 1) == 0 ? colour : mix(colour, WHITE, 0.5);
    }

    /** A cushion: the contour's direction gives the slope, which is steep at the rim and level in the middle. */
    private static int shaded(SceneObject object, double dx, double dy, double depth) {
        double radius = object.size().radius();
        double step = 0.5;
        double slopeX =
                object.shape().distance(dx + step, dy, radius) - object.shape().distance(dx - step, dy, radius);
        double slopeY =
                object.shape().distance(dx, dy + step, radius) - object.shape().distance(dx, dy - step, radius);
        double rim = Math.max(0, 1 - depth / (0.75 * radius));
        double towardsLight = -(slopeX + slopeY) * SQRT_HALF * rim;
        double highlightX = dx + 0.33 * radius;
        double highlightY = dy + 0.33 * radius;
        double highlight =
                Math.max(0, 1 - (highlightX * highlightX + highlightY * highlightY) / (0.2 * radius * radius));
        double light = 0.35 * towardsLight + 0.55 * highlight * highlight;
        int colour = object.colour().rgb();
        return light >= 0 ? mix(colour, WHITE, Math.min(0.85, light)) : mix(colour, BLACK, Math.min(0.5, -1.3 * light));
    }

    /** Dots in rows, every second row shifted by half a period. */
    private static boolean nearDot(double dx, double dy) {
        double rowHeight = DOT_PERIOD * 0.75;
        double row = Math.floor(dy / rowHeight + 0.5);
        double shift = ((int) row & 1) * DOT_PERIOD / 2;
        double fromX = (wave(dx + shift + DOT_PERIOD / 2, DOT_PERIOD) - 0.5) * DOT_PERIOD;
        double fromY = dy - row * rowHeight;
        return fromX * fromX + fromY * fromY < DOT_RADIUS * DOT_RADIUS;
    }

    /** Where in its period a position lies, 0..1. */
    private static double wave(double position, double period) {
        double turns = position / period;
        return turns - Math.floor(turns);
    }

    /** {@code from} where the share is 0, {@code to} where it is 1, rounded for each channel. */
    private static int mix(int from, int to, double share) {
        int mixed = 0;
        for (int c = 0; c < 3; c++) {
            long level = Math.round(channel(from, c) + share * (channel(to, c) - channel(from, c)));
            mixed = mixed << 8 | (int) level;
        }
        return mixed;
    }

    /** Red, green or blue (0, 1, 2) of {@code 0xRRGGBB}. */
    static int channel(int rgb, int channel) {
        return rgb >> 16 - 8 * channel & 0xff;
    }

    private static void put(byte[] rgb, int x, int y, int colour) {
        for (int c = 0; c < 3; c++) {
            rgb[3 * (y * Scene.SIDE + x) + c] = (byte) channel(colour, c);
        }
    }
}
