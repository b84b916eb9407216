package org.scedit.core.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The losses of one group over its steps: each seed thinly, their mean strongly, and the other groups' means behind,
 * faintly. All groups' charts have the same axes, so that they can be compared.
 */
final class LossChart {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 190;
    private static final int LEFT = 46;
    private static final int RIGHT = 8;
    private static final int TOP = 8;
    private static final int BOTTOM = 26;

    private final List<List<LossCourse>> groups = new ArrayList<>();
    private final Scale across;
    private final Scale up;

    /** @param all of the report, in its order */
    LossChart(List<Group> all) {
        all.forEach(group -> groups.add(group.runs().stream()
                .map(RunRecord::losses)
                .filter(course -> !course.training().isEmpty())
                .toList()));
        double[] losses = groups.stream()
                .flatMap(List::stream)
                .flatMap(course -> Stream.of(course.training(), course.validation(), course.fitted()))
                .flatMapToDouble(course -> course.values().stream().mapToDouble(loss -> loss))
                .toArray();
        up = losses.length == 0 ? Scale.upTo(1) : Scale.of(losses);
        across = Scale.upTo(groups.stream()
                .flatMap(List::stream)
                .mapToInt(course -> course.training().lastKey())
                .max()
                .orElse(1));
    }

    /** Whether any run of this group has a loss. */
    boolean has(int index) {
        return !groups.get(index).isEmpty();
    }

    /**
     * Draws one group.
     *
     * @param index from 0
     * @param name  of the group, for those who cannot see the drawing
     */
    String draw(int index, String name) {
        var svg = new Svg(WIDTH, HEIGHT, "losses of " + name);
        for (double tick : up.ticks(4)) {
            svg.line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "rule");
            svg.text(Numbers.tick(tick), LEFT - 6, y(tick) + 4, "end", "tick");
        }
        for (double tick : across.ticks(4)) {
            svg.line(x(tick), HEIGHT - BOTTOM, x(tick), HEIGHT - BOTTOM + 4, "axis");
            svg.text(Numbers.tick(tick), x(tick), HEIGHT - BOTTOM + 17, tick == 0 ? "start" : "middle", "tick");
        }
        svg.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis");
        for (int other = 0; other < groups.size(); other++) {
            if (other != index) {
                svg.polyline(points(mean(other, LossCourse::training)), "others");
            }
        }
        groups.get(index).forEach(course -> {
            svg.polyline(points(course.training()), "seed");
            svg.polyline(points(course.validation()), "seed held");
        });
        svg.polyline(points(mean(index, LossCourse::training)), "mean");
        svg.polyline(points(mean(index, LossCourse::fitted)), "mean fitted");
        SortedMap<Integer, Double> held = mean(index, LossCourse::validation);
        svg.polyline(points(held), "mean held");
        held.forEach((step, loss) -> svg.circle(x(step), y(loss), 2.4, "dot"));
        return svg.element();
    }

    /** At the steps that all seeds have; of those that ended early, by a failure say, only the seeds' own lines tell. */
    private SortedMap<Integer, Double> mean(int index, Function<LossCourse, SortedMap<Integer, Double>> kind) {
        Map<Integer, List<Double>> byStep = new TreeMap<>();
        List<SortedMap<Integer, Double>> courses = groups.get(index).stream()
                .map(kind)
                .filter(course -> !course.isEmpty())
                .toList();
        courses.forEach(course -> course.forEach((step, loss) ->
                byStep.computeIfAbsent(step, i -> new ArrayList<>()).add(loss)));
        SortedMap<Integer, Double> mean = new TreeMap<>();
        byStep.forEach((step, losses) -> {
            if (losses.size() == courses.size()) {
                mean.put(step, Spread.of(losses).mean());
            }
        });
        return mean;
    }

    private int longest(int index) {
        return groups.get(index).stream()
                .mapToInt(course -> course.training().lastKey())
                .max()
                .orElse(0);
    }

    private double[] points(SortedMap<Integer, Double> course) {
        return course.entrySet().stream()
                .flatMapToDouble(point -> Arrays.stream(new double[] {x(point.getKey()), y(point.getValue())}))
                .toArray();
    }

    private double x(double step) {
        return LEFT + across.share(step) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double loss) {
        return HEIGHT - BOTTOM - up.share(loss) * (HEIGHT - TOP - BOTTOM);
    }
}
