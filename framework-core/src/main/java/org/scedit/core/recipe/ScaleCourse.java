package org.scedit.core.recipe;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.scedit.api.Setting;
import org.scedit.core.hook.Scale;

/**
 * A scale that changes over the denoising steps, as recipes write it: {@code {from: 1.0, to: 0.2}} or
 * {@code {points: [[0, 1.0], [0.5, 0.3]]}}.
 *
 * @param from   at the first step; with {@code to}
 * @param to     at the last step
 * @param points pairs of progress and scale; instead of the others
 */
record ScaleCourse(
        @Setting(value = "scale at the first denoising step", defaultsTo = Derived.DEFAULT, min = 0)
        @Hint("0 is the base model, 1 the trained strength")
        Optional<Double> from,

        @Setting(value = "scale at the last denoising step", defaultsTo = Derived.DEFAULT, min = 0)
        @Hint("0 is the base model, 1 the trained strength")
        Optional<Double> to,

        @Setting(
                value = "pairs [progress, scale], progress from 0 (first step) to 1 (last step)",
                defaultsTo = "[]",
                min = 0)
        List<List<Double>> points) {
    ScaleCourse {
        boolean line = from.isPresent() || to.isPresent();
        if (line == !points.isEmpty()) {
            throw new IllegalArgumentException(
                    "give a number, {from: 1.0, to: 0.2} or {points: [[0, 1.0], [0.5, 0.3]]}");
        }
        if (line && (from.isEmpty() || to.isEmpty())) {
            throw new IllegalArgumentException(
                    (from.isEmpty() ? "to needs a 'from'" : "from needs a 'to'") + ", such as {from: 1.0, to: 0.2}");
        }
        double last = -1;
        for (List<Double> point : points) {
            if (point.size() != 2) {
                throw new IllegalArgumentException(
                        "points must be pairs of progress and scale, such as [[0, 1.0], [0.5, 0.3]], got " + points);
            }
            if (point.get(0) > 1 || point.get(0) <= last) {
                throw new IllegalArgumentException(
                        "points must rise in progress from 0 (first step) to 1 (last step), got " + points);
            }
            last = point.get(0);
        }
    }

    Scale scale() {
        return points.isEmpty()
                ? Scale.between(from.orElseThrow(), to.orElseThrow())
                : new Scale(points.stream()
                        .map(point -> new Scale.Point(point.get(0), point.get(1)))
                        .toList());
    }

    /** What {@link #scale} or a plain number was read from; equal texts for equal scales. */
    static String write(Scale scale) {
        List<Scale.Point> points = scale.points();
        if (points.size() == 1 && points.get(0).at() == 0) {
            return RecipeWriter.number(points.get(0).scale());
        }
        if (points.size() == 2 && points.get(0).at() == 0 && points.get(1).at() == 1) {
            return "{from: " + RecipeWriter.number(points.get(0).scale()) + ", to: "
                    + RecipeWriter.number(points.get(1).scale()) + "}";
        }
        return points.stream()
                .map(point -> "[" + RecipeWriter.number(point.at()) + ", " + RecipeWriter.number(point.scale()) + "]")
                .collect(Collectors.joining(", ", "{points: [", "]}"));
    }
}
