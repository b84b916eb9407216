package org.scedit.core.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;

/**
 * Draws lines, pictures and words on white. On a machine without fonts (a bare container) words are left out; lines and
 * pictures still come.
 */
final class Canvas implements AutoCloseable {
    static final Color INK = new Color(0x24292F);
    static final Color FAINT_INK = new Color(0x6E7781);
    static final Color RULE = new Color(0xE3E6EA);

    private final BufferedImage image;
    private final Graphics2D graphics;

    Canvas(int width, int height) {
        image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, width, height);
    }

    void line(double fromX, double fromY, double toX, double toY, Color colour) {
        stroke(new Line2D.Double(fromX, fromY, toX, toY), 1, colour);
    }

    void stroke(Shape shape, double width, Color colour) {
        graphics.setColor(colour);
        graphics.setStroke(new BasicStroke((float) width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        graphics.draw(shape);
    }

    /** Limits what is drawn from now on to a rectangle. */
    void clip(int x, int y, int width, int height) {
        graphics.setClip(x, y, width, height);
    }

    void unclip() {
        graphics.setClip(null);
    }

    /** Every pixel as a square of {@code scale} pixels. */
    void picture(Picture picture, int x, int y, int scale) {
        BufferedImage pixels = picture.toImage();
        graphics.drawImage(pixels, x, y, scale * picture.width(), scale * picture.height(), null);
    }

    /**
     * One line of words.
     *
     * @param anchor 0: x is the left end, 0.5: the middle, 1: the right end
     * @param y      of the baseline
     */
    void text(String text, double x, double y, double anchor, int size, boolean bold, Color colour) {
        try {
            graphics.setFont(font(size, bold));
            graphics.setColor(colour);
            graphics.drawString(text, (float) (x - anchor * width(text, size, bold)), (float) y);
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            // see the class comment
        }
    }

    /** Breaks words into at most {@code most} lines of {@code width} pixels; the rest becomes an ellipsis. */
    static List<String> wrap(String text, int width, int size, int most) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.strip().split("\\s+")) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (line.isEmpty() || width(longer, size, false) <= width) {
                line = longer;
            } else {
                lines.add(line);
                line = word;
            }
        }
        lines.add(line);
        if (lines.size() > most) {
            String last = lines.get(most - 1) + " …";
            lines = new ArrayList<>(lines.subList(0, most));
            lines.set(most - 1, last);
        }
        lines.replaceAll(one -> shortened(one, width, size));
        return lines;
    }

    Picture picture() {
        return Picture.fromImage(image);
    }

    @Override
    public void close() {
        graphics.dispose();
    }

    /** A word wider than the line, or an ellipsis that made it so, loses letters at its end. */
    private static String shortened(String line, int width, int size) {
        String kept = line;
        while (kept.length() > 1 && width(kept, size, false) > width) {
            kept = kept.replaceAll("\\s*…$", "");
            kept = kept.substring(0, kept.length() - 1) + "…";
        }
        return kept;
    }

    private static double width(String text, int size, boolean bold) {
        try {
            FontRenderContext context = new FontRenderContext(new AffineTransform(), true, true);
            return font(size, bold).getStringBounds(text, context).getWidth();
        } catch (RuntimeException | LinkageError | InternalError noFonts) {
            return 0.55 * size * text.length();
        }
    }

    private static Font font(int size, boolean bold) {
        return new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, size);
    }
}
