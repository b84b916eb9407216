package org.scedit.core.run;

import java.awt.Color;
import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import org.scedit.api.Picture;

/**
 * The loss over the steps: each value faintly, and a running mean that shows where it goes. Where there were validations,
 * their loss and that of training pictures measured in the same way: what lies between the two is over-fitting.
 */
public final class LossCurve {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 640;
    private static final int LEFT = 90;
    private static final int RIGHT = 40;
    private static final int TOP = 70;
    private static final int BOTTOM = 66;
    /** From one entry of the legend to the next. */
    private static final int LEGEND = 260;

    private static final Color RAW = new Color(0xB6D4F2);
    private static final Color SMOOTH = new Color(0x0B5CAD);
    private static final Color HELD_OUT = new Color(0xC2410C);
    private static final Color TRAINED = new Color(0x3F7D20);

    private LossCurve() {}

    /** One kind of loss. */
    private record Course(int[] steps, double[] values) {
        static Course of(List<Metrics.Line> lines, String name) {
            List<Metrics.Line> having = lines.stream()
                    .filter(line -> line.values().containsKey(name))
                    .toList();
            return new Course(
                    having.stream().mapToInt(Metrics.Line::step).toArray(),
                    having.stream().mapToDouble(line -> line.values().get(name)).toArray());
        }

        double last() {
            return values[values.length - 1];
        }
    }

    /**
     * Draws {@link Metrics#LOSS}, {@link Metrics#VALIDATION_LOSS} and {@link Metrics#TRAINING_LOSS} of the lines that have
     * them.
     *
     * @param title such as the run's name
     * @param lines in order of their steps; with fewer than two losses only the axes are drawn
     */
    public static Picture draw(String title, List<Metrics.Line> lines) {
        Course loss = Course.of(lines, Metrics.LOSS);
        return draw(title, loss, Course.of(lines, Metrics.VALIDATION_LOSS), Course.of(lines, Metrics.TRAINING_LOSS));
    }

    private static Picture draw(String title, Course loss, Course heldOut, Course trained) {
        int[] steps = loss.steps();
        Course smooth = new Course(steps, smoothed(loss.values()));
        Axis across = new Axis(steps.length == 0 ? 0 : steps[0], steps.length == 0 ? 1 : steps[steps.length - 1]);
        Axis up = heights(loss.values(), smooth, heldOut, trained);
        try (Canvas canvas = new Canvas(WIDTH, HEIGHT)) {
            drawAxes(canvas, across, up);
            canvas.text(title, LEFT, 40, 0, 22, true, Canvas.INK);
            if (steps.length > 0) {
                String last = "loss %s, running mean".formatted(label(smooth.last()));
                canvas.text(last, WIDTH - RIGHT, 40, 1, 16, false, SMOOTH);
            }
            if (heldOut.values().length > 0) {
                String there = "held-out pictures " + label(heldOut.last());
                String here = "training pictures at the same noise " + label(trained.last());
                canvas.text(there, LEFT, 62, 0, 16, false, HELD_OUT);
                canvas.text(here, LEFT + LEGEND, 62, 0, 16, false, TRAINED);
            }
            canvas.clip(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
            canvas.stroke(curve(loss, across, up), 1.2, RAW);
            canvas.stroke(curve(smooth, across, up), 3, SMOOTH);
            canvas.stroke(curve(trained, across, up), 2.4, TRAINED);
            canvas.stroke(curve(heldOut, across, up), 2.4, HELD_OUT);
            canvas.unclip();
            return canvas.picture();
        }
    }

    private static void drawAxes(Canvas canvas, Axis across, Axis up) {
        for (double loss : up.ticks(6)) {
            double y = y(up, loss);
            canvas.line(LEFT, y, WIDTH - RIGHT, y, Canvas.RULE);
            canvas.text(label(loss), LEFT - 12, y + 5, 1, 15, false, Canvas.FAINT_INK);
        }
        for (double step : across.ticks(8)) {
            double x = x(across, step);
            canvas.line(x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 5, Canvas.FAINT_INK);
            canvas.text(label(step), x, HEIGHT - BOTTOM + 24, 0.5, 15, false, Canvas.FAINT_INK);
        }
        canvas.line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, Canvas.FAINT_INK);
        canvas.text("step", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, 0.5, 16, false, Canvas.INK);
    }

    private static Path2D curve(Course course, Axis across, Axis up) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < course.steps().length; i++) {
            double x = x(across, course.steps()[i]);
            double y = y(up, course.values()[i]);
            if (i == 0) {
                path.moveTo(x, y);
            }
            path.lineTo(x, y); // a single one is a dot
        }
        return path;
    }

    private static double x(Axis axis, double step) {
        return LEFT + axis.share(step) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(Axis axis, double loss) {
        return HEIGHT - BOTTOM - axis.share(loss) * (HEIGHT - TOP - BOTTOM);
    }

    /** Exponential mean without the pull of a start value; it looks back over about a twentieth of the run. */
    private static double[] smoothed(double[] values) {
        double keep = 1 - 1.0 / Math.max(1, values.length / 20.0);
        double[] smooth = new double[values.length];
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < values.length; i++) {
            sum = keep * sum + values[i];
            weight = keep * weight + 1;
            smooth[i] = sum / weight;
        }
        return smooth;
    }

    /** All of the other curves and most of the values: a few spikes must not flatten the rest. */
    private static Axis heights(double[] losses, Course... others) {
        if (losses.length == 0) {
            return new Axis(0, 1);
        }
        double[] sorted = losses.clone();
        Arrays.sort(sorted);
        DoubleSummaryStatistics shown = Arrays.stream(others)
                .flatMapToDouble(other -> Arrays.stream(other.values()))
                .summaryStatistics();
        double most = Math.max(sorted[(int) (0.98 * (sorted.length - 1))], shown.getMax());
        double least = Math.min(sorted[0], shown.getMin());
        boolean nearZero = least > 0 && least < 0.5 * most;
        double margin = 0.05 * (most - least);
        return new Axis(nearZero ? 0 : least - margin, most + margin);
    }

    private static String label(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.4g", value)
                        .replaceAll("0+$|0+(?=e)", "")
                        .replaceAll("\\.$|\\.(?=e)", "");
    }
}
