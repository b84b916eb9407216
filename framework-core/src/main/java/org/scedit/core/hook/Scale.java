package org.scedit.core.hook;

import java.util.List;

/**
 * The factor of a tuner's residuals over a drawing: straight lines between points.
 *
 * @param points at least one, by rising progress
 */
public record Scale(List<Point> points) {
    /**
     * @param at    how far the drawing is: 0 at the first denoising step, 1 at the last
     * @param scale the factor there: 0 is the base model, 1 the trained strength; any finite number
     */
    public record Point(double at, double scale) {}

    public Scale {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("a scale needs at least one point");
        }
        double last = Double.NEGATIVE_INFINITY;
        for (Point point : points) {
            if (!(point.at() >= 0 && point.at() <= 1) || point.at() <= last) {
                throw new IllegalArgumentException(
                        "the points of a scale are at 0 to 1 and rise, got " + point.at() + " after " + last);
            }
            if (!Double.isFinite(point.scale())) {
                throw new IllegalArgumentException("a scale must be a finite number, got " + point.scale());
            }
            last = point.at();
        }
    }

    /** The same factor at every step. */
    public static Scale of(double scale) {
        return new Scale(List.of(new Point(0, scale)));
    }

    /** From one factor at the first step to another at the last. */
    public static Scale between(double from, double to) {
        return new Scale(List.of(new Point(0, from), new Point(1, to)));
    }

    /** Whether it is the same at every step. */
    public boolean constant() {
        return points.stream().allMatch(point -> point.scale() == points.get(0).scale());
    }

    /** @param progress 0..1 */
    public double at(double progress) {
        Point before = points.get(0);
        for (Point point : points) {
            if (point.at() >= progress) {
                double width = point.at() - before.at();
                double share = width == 0 ? 0 : (progress - before.at()) / width;
                return before.scale() + share * (point.scale() - before.scale());
            }
            before = point;
        }
        return before.scale();
    }
}
