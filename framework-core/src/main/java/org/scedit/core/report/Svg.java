package org.scedit.core.report;

import java.util.Locale;

/**
 * Builds a drawing whose colours are the page's: elements name CSS classes, so that light, dark and print are one
 * drawing.
 */
final class Svg {
    private final StringBuilder text = new StringBuilder();

    /**
     * Begins a drawing that scales with its place.
     *
     * @param width  of its own coordinates
     * @param height of its own coordinates
     * @param title  what it shows, for those who cannot see it
     */
    Svg(int width, int height, String title) {
        text.append("<svg viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"")
                .append(escaped(title))
                .append("\">");
    }

    Svg line(double x1, double y1, double x2, double y2, String style) {
        text.append("<path class=\"")
                .append(style)
                .append("\" d=\"M")
                .append(at(x1, y1))
                .append('L')
                .append(at(x2, y2))
                .append("\"/>");
        return this;
    }

    /** A line through points, x and y in turn; nothing for fewer than two points. */
    Svg polyline(double[] points, String style) {
        if (points.length >= 4) {
            text.append("<polyline class=\"").append(style).append("\" points=\"");
            for (int i = 0; i < points.length; i += 2) {
                text.append(i == 0 ? "" : " ").append(at(points[i], points[i + 1]));
            }
            text.append("\"/>");
        }
        return this;
    }

    Svg circle(double x, double y, double radius, String style) {
        text.append("<circle class=\"")
                .append(style)
                .append("\" cx=\"")
                .append(number(x))
                .append("\" cy=\"")
                .append(number(y))
                .append("\" r=\"")
                .append(number(radius))
                .append("\"/>");
        return this;
    }

    /** @param anchor {@code start}, {@code middle} or {@code end} */
    Svg text(String words, double x, double y, String anchor, String style) {
        text.append("<text class=\"")
                .append(style)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\" x=\"")
                .append(number(x))
                .append("\" y=\"")
                .append(number(y))
                .append("\">")
                .append(escaped(words))
                .append("</text>");
        return this;
    }

    /** Begins a group of elements that a pointer over it explains. */
    Svg open(String title) {
        text.append("<g><title>").append(escaped(title)).append("</title>");
        return this;
    }

    Svg close() {
        text.append("</g>");
        return this;
    }

    /** The drawing as an element of the page. */
    String element() {
        return text + "</svg>";
    }

    private static String at(double x, double y) {
        return number(x) + "," + number(y);
    }

    private static String number(double value) {
        String digits = String.format(Locale.ROOT, "%.1f", value);
        return digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
    }

    /** Text as HTML and XML hold it. */
    static String escaped(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
