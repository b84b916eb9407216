package org.scedit.core.scenes;

import java.util.Locale;

/**
 * The outlines of objects: four fat ones of about equal area.
 *
 * <p>Each is given by its signed distance, so that coverage, contours, bevels and gaps between objects all come from one
 * formula. Only additions, products and square roots are used: the values are the same on every platform.
 */
public enum Shape {
    CIRCLE,
    SQUARE(-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85),
    TRIANGLE(0, -1.08, 1.2, 1.08, -1.2, 1.08),
    CROSS(
            -0.45, -1.05, 0.45, -1.05, 0.45, -0.45, 1.05, -0.45, 1.05, 0.45, 0.45, 0.45, 0.45, 1.05, -0.45, 1.05, -0.45,
            0.45, -1.05, 0.45, -1.05, -0.45, -0.45, -0.45);

    /** Corners in turn, x and y of each, for a radius of 1; empty for the circle. */
    private final double[] corners;

    Shape(double... corners) {
        this.corners = corners;
    }

    /**
     * Signed distance in pixels from a point to the shape's contour: negative inside, positive outside.
     *
     * @param dx pixels to the right of the shape's centre
     * @param dy pixels below the shape's centre
     * @param radius {@link Size#radius()}, or any other for a scaled shape
     */
    public double distance(double dx, double dy, double radius) {
        return corners.length == 0 ? Math.sqrt(dx * dx + dy * dy) - radius : polygonDistance(dx, dy, radius);
    }

    /** From the centre to the rightmost point, in pixels. */
    public double halfWidth(double radius) {
        return radius * extent(0);
    }

    /** From the centre to the lowest point, in pixels. */
    public double halfHeight(double radius) {
        return radius * extent(1);
    }

    /** The word in captions for one of them. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The word in captions for several of them. */
    public String plural() {
        return this == CROSS ? "crosses" : word() + "s";
    }

    int cornerCount() {
        return corners.length / 2;
    }

    /** For a radius of 1, from the centre to the right. */
    double cornerX(int corner) {
        return corners[2 * corner];
    }

    /** For a radius of 1, from the centre down. */
    double cornerY(int corner) {
        return corners[2 * corner + 1];
    }

    private double extent(int axis) {
        double extent = corners.length == 0 ? 1 : 0;
        for (int i = axis; i < corners.length; i += 2) {
            extent = Math.max(extent, corners[i]);
        }
        return extent;
    }

    /** The nearest point of the nearest side gives the distance, the parity of sides crossed to the right the sign. */
    private double polygonDistance(double px, double py, double radius) {
        double x = px / radius;
        double y = py / radius;
        double nearest = Double.MAX_VALUE;
        boolean inside = false;
        double ax = corners[corners.length - 2];
        double ay = corners[corners.length - 1];
        for (int i = 0; i < corners.length; i += 2) {
            double bx = corners[i];
            double by = corners[i + 1];
            double sideX = bx - ax;
            double sideY = by - ay;
            double along = ((x - ax) * sideX + (y - ay) * sideY) / (sideX * sideX + sideY * sideY);
            double clamped = Math.max(0, Math.min(1, along));
            double toX = x - ax - clamped * sideX;
            double toY = y - ay - clamped * sideY;
            nearest = Math.min(nearest, toX * toX + toY * toY);
            if (ay > y != by > y && x < ax + (y - ay) * sideX / sideY) {
                inside = !inside;
            }
            ax = bx;
            ay = by;
        }
        double distance = Math.sqrt(nearest) * radius;
        return inside ? -distance : distance;
    }
}
