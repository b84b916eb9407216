package org.scedit.core.report;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.scedit.core.report.Front.Place;

/** Quality upwards against cost across: a numbered mark for each group, its spread, and the front as a staircase. */
final class FrontChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 380;
    private static final int LEFT = 64;
    private static final int RIGHT = 20;
    private static final int TOP = 34;
    private static final int BOTTOM = 54;
    private static final double RADIUS = 11;

    private final Front front;
    private final Scale across;
    private final Scale up;

    private FrontChart(Front front) {
        this.front = front;
        across = Scale.of(
                front.places().keySet().stream().mapToDouble(this::cost).toArray());
        up = Scale.of(front.places().keySet().stream()
                .map(group -> group.spread(front.quality()).orElseThrow())
                .flatMapToDouble(spread -> DoubleStream.of(spread.mean() - spread.sd(), spread.mean() + spread.sd()))
                .toArray());
    }

    /**
     * Draws it.
     *
     * @param decimals of the measure's numbers
     */
    static String draw(Front front, int decimals) {
        return new FrontChart(front).draw(decimals);
    }

    private String draw(int decimals) {
        var svg = new Svg(
                WIDTH,
                HEIGHT,
                front.quality().name() + " against " + front.cost().label());
        for (double tick : up.ticks(6)) {
            svg.line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "rule");
            svg.text(Numbers.tick(tick), LEFT - 10, y(tick) + 4, "end", "tick");
        }
        for (double tick : across.ticks(5)) {
            svg.line(x(tick), HEIGHT - BOTTOM, x(tick), HEIGHT - BOTTOM + 5, "axis");
            svg.text(tick(tick), x(tick), HEIGHT - BOTTOM + 20, "middle", "tick");
        }
        svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis");
        String arrow = front.quality().isBetter(1, 0) ? " \u2191" : " \u2193";
        svg.text(front.quality().name() + arrow + " better", 4, 16, "start", "label");
        String unit = across.logarithmic() ? " (logarithmic)" : "";
        svg.text("\u2190 cheaper   " + front.cost().label() + unit, WIDTH - RIGHT, HEIGHT - 10, "end", "label");
        svg.polyline(staircase(), "front");
        front.places().forEach((group, place) -> mark(svg, group, place, decimals));
        return svg.element();
    }

    private void mark(Svg svg, Group group, Place place, int decimals) {
        Spread spread = group.spread(front.quality()).orElseThrow();
        double x = x(cost(group));
        svg.open(group.label() + ": " + Numbers.fixed(spread.mean(), decimals) + ", "
                + front.cost().text(cost(group)));
        if (spread.sd() > 0) {
            svg.line(x, y(spread.mean() - spread.sd()), x, y(spread.mean() + spread.sd()), "whisker");
        }
        svg.circle(x, y(spread.mean()), RADIUS, "mark " + style(place));
        svg.text(String.valueOf(group.number()), x, y(spread.mean()), "middle", "number " + style(place));
        svg.close();
    }

    /** The CSS class of a place. */
    static String style(Place place) {
        return switch (place) {
            case FRONT -> "on";
            case WITHIN_NOISE -> "near";
            case BEHIND -> "off";
        };
    }

    /** From each group of the front to the next dearer one: across at the quality that is had, then to the better. */
    private double[] staircase() {
        List<Group> steps = front.places().entrySet().stream()
                .filter(entry -> entry.getValue() == Place.FRONT)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingDouble(this::cost))
                .toList();
        DoubleStream.Builder points = DoubleStream.builder();
        for (int i = 0; i < steps.size(); i++) {
            double y = y(steps.get(i).spread(front.quality()).orElseThrow().mean());
            points.add(x(cost(steps.get(i)))).add(y);
            points.add(i + 1 < steps.size() ? x(cost(steps.get(i + 1))) : WIDTH - RIGHT)
                    .add(y);
        }
        return points.build().toArray();
    }

    private String tick(double value) {
        return switch (front.cost().key()) {
            case "file_bytes" -> front.cost().text(value).replace(".0 ", " ");
            default -> Numbers.tick(value);
        };
    }

    private double cost(Group group) {
        return group.spread(front.cost()).orElseThrow().mean();
    }

    private double x(double cost) {
        return LEFT + RADIUS + across.share(cost) * (WIDTH - LEFT - RIGHT - 2 * RADIUS);
    }

    private double y(double quality) {
        return HEIGHT - BOTTOM - up.share(quality) * (HEIGHT - TOP - BOTTOM);
    }
}
