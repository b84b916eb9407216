package org.scedit.core.scenes;

/**
 * One object of a scene.
 *
 * @param x column of the pixel that its centre is in
 * @param y row of the pixel that its centre is in, from the top
 */
public record SceneObject(Shape shape, Colour colour, Size size, int x, int y) {
    /** Colour and shape. */
    public Kind kind() {
        return new Kind(colour, shape);
    }

    /** Signed distance in pixels from a point of the picture to this object's contour: negative inside. */
    public double distance(double pointX, double pointY) {
        return shape.distance(pointX - x, pointY - y, size.radius());
    }

    /** Whether all of it keeps {@link Scene#MARGIN} pixels from every border of the picture. */
    public boolean keepsMargin() {
        double halfWidth = halfWidth() + Scene.MARGIN - 0.5;
        double halfHeight = halfHeight() + Scene.MARGIN - 0.5;
        return x >= halfWidth && Scene.SIDE - 1 - x >= halfWidth && y >= halfHeight && Scene.SIDE - 1 - y >= halfHeight;
    }

    /** Pixels between the contours of this object and another; 0 or less when they touch or overlap. */
    public double gapTo(SceneObject other) {
        return Math.min(gapFromPoints(this, other), gapFromPoints(other, this));
    }

    /**
     * Between two shapes that do not overlap, the gap is found at a corner of one of them, or on the way from a circle's
     * centre; fat shapes that overlap have a corner or a centre in one another.
     */
    private static double gapFromPoints(SceneObject from, SceneObject to) {
        double gap = to.distance(from.x, from.y);
        double radius = from.size.radius();
        if (from.shape == Shape.CIRCLE) {
            return gap - radius;
        }
        for (int corner = 0; corner < from.shape.cornerCount(); corner++) {
            double cornerX = from.x + radius * from.shape.cornerX(corner);
            double cornerY = from.y + radius * from.shape.cornerY(corner);
            gap = Math.min(gap, to.distance(cornerX, cornerY));
        }
        return gap;
    }

    /** From its centre to its rightmost point, in pixels. */
    public double halfWidth() {
        return shape.halfWidth(size.radius());
    }

    /** From its centre to its lowest point, in pixels. */
    public double halfHeight() {
        return shape.halfHeight(size.radius());
    }
}
