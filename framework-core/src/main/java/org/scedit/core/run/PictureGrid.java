package org.scedit.core.run;

import java.util.ArrayList;
import java.util.List;
import org.scedit.api.Picture;

/** Pictures side by side with words, enlarged so that small ones can be looked at: every pixel a square. */
public final class PictureGrid {
    /**
     * A row of a comparison.
     *
     * @param label    such as {@code before}; may be empty
     * @param pictures one for each caption, all of one size
     */
    public record Row(String label, List<Picture> pictures) {
        public Row {
            pictures = List.copyOf(pictures);
        }
    }

    /** Small pictures are enlarged by a whole number to about this side. */
    private static final int WANTED_SIDE = 192;

    private static final int GAP = 14;
    private static final int CAPTION_SIZE = 13;
    private static final int CAPTION_HEIGHT = 17;
    private static final int LABEL_SIZE = 16;
    private static final int LABEL_HEIGHT = 28;
    private static final int MOST_CAPTION_LINES = 4;

    private PictureGrid() {}

    /**
     * Row by row, each picture with its caption below.
     *
     * @param pictures all of one size, at least one
     * @param captions as many
     * @param columns  in a row, at least 1
     */
    public static Picture draw(List<Picture> pictures, List<String> captions, int columns) {
        requireEqual(pictures.size(), captions.size());
        List<Block> blocks = new ArrayList<>();
        for (int from = 0; from < pictures.size(); from += columns) {
            int to = Math.min(from + columns, pictures.size());
            blocks.add(new Block("", pictures.subList(from, to), captions.subList(from, to)));
        }
        return draw(blocks);
    }

    /**
     * The same captions drawn in several ways, a row for each (before and after, say); the captions are below the last.
     *
     * @param rows     at least one, each with as many pictures as there are captions
     * @param captions one for each column
     */
    public static Picture compare(List<Row> rows, List<String> captions) {
        List<Block> blocks = new ArrayList<>();
        for (Row row : rows) {
            requireEqual(row.pictures().size(), captions.size());
            boolean last = blocks.size() == rows.size() - 1;
            blocks.add(new Block(row.label(), row.pictures(), last ? captions : List.of()));
        }
        return draw(blocks);
    }

    /** A row of pictures, with a label above and captions below where there are any. */
    private record Block(String label, List<Picture> pictures, List<String> captions) {
        int labelHeight() {
            return label.isEmpty() ? 0 : LABEL_HEIGHT;
        }

        int pictureHeight(int scale) {
            return scale * pictures.get(0).height();
        }

        List<List<String>> captionLines(int scale) {
            int width = scale * pictures.get(0).width();
            return captions.stream()
                    .map(caption -> Canvas.wrap(caption, width, CAPTION_SIZE, MOST_CAPTION_LINES))
                    .toList();
        }

        int height(int scale) {
            int lines = captionLines(scale).stream().mapToInt(List::size).max().orElse(0);
            int words = lines == 0 ? 0 : lines * CAPTION_HEIGHT + 6;
            return labelHeight() + pictureHeight(scale) + words + GAP;
        }

        void draw(Canvas canvas, int top, int scale) {
            if (!label.isEmpty()) {
                canvas.text(label, GAP, top + 18, 0, LABEL_SIZE, true, Canvas.INK);
            }
            List<List<String>> lines = captionLines(scale);
            int width = scale * pictures.get(0).width();
            for (int i = 0; i < pictures.size(); i++) {
                int left = GAP + i * (width + GAP);
                canvas.picture(pictures.get(i), left, top + labelHeight(), scale);
                int baseline = top + labelHeight() + pictureHeight(scale) + CAPTION_HEIGHT;
                for (String line : lines.isEmpty() ? List.<String>of() : lines.get(i)) {
                    canvas.text(line, left + width / 2.0, baseline, 0.5, CAPTION_SIZE, false, Canvas.INK);
                    baseline += CAPTION_HEIGHT;
                }
            }
        }
    }

    private static Picture draw(List<Block> blocks) {
        Picture first = blocks.get(0).pictures().get(0);
        int scale = Math.max(1, WANTED_SIDE / Math.max(first.width(), first.height()));
        int columns =
                blocks.stream().mapToInt(block -> block.pictures().size()).max().orElseThrow();
        int width = GAP + columns * (scale * first.width() + GAP);
        int height =
                GAP + blocks.stream().mapToInt(block -> block.height(scale)).sum();
        try (Canvas canvas = new Canvas(width, height)) {
            int top = GAP;
            for (Block block : blocks) {
                block.draw(canvas, top, scale);
                top += block.height(scale);
            }
            return canvas.picture();
        }
    }

    private static void requireEqual(int pictures, int captions) {
        if (pictures != captions || pictures == 0) {
            throw new IllegalArgumentException(pictures + " pictures and " + captions + " captions");
        }
    }
}
