package org.scedit.plugins.annotators;

import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * White edges of one pixel on black, pixel by pixel those of {@code cv2.Canny(rgb, low, high)}: 3x3 Sobel gradients
 * with the border repeated outwards, of each pixel's channel with the largest {@code |dx| + |dy|}; ridges across the
 * gradient's direction, which is told in steps of 45°; ridges above {@code high}, and those above {@code low} that hang
 * together with them by sides or corners.
 *
 * <p>The colours are not made grey first: scepter and ControlNet hand the picture to OpenCV as it is. Source: Canny, A
 * Computational Approach to Edge Detection, 1986; as a condition: ControlNet (arXiv:2302.05543), SCEdit
 * (arXiv:2312.11392).
 */
@Extension
public final class Canny implements Annotator<CannyConfig> {
    private static final int CHANNELS = 3;
    private static final byte WHITE = (byte) 255;

    @Override
    public String id() {
        return "canny";
    }

    @Override
    public String summary() {
        return "white edges on black, those of OpenCV's Canny (ControlNet, arXiv:2302.05543; SCEdit)";
    }

    @Override
    public Class<CannyConfig> configType() {
        return CannyConfig.class;
    }

    @Override
    public Picture annotate(CannyConfig config, Picture picture, long seed) {
        int width = picture.width();
        int height = picture.height();
        boolean[] edges = edges(new Gradient(picture), width, height, config);
        byte[] rgb = new byte[CHANNELS * width * height];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / CHANNELS;
            rgb[i] = edges[Gradient.index(pixel % width, pixel / width, width)] ? WHITE : 0;
        }
        return Picture.of(width, height, rgb);
    }

    /** Thresholds with hysteresis; indices as {@link Gradient#index}. */
    private static boolean[] edges(Gradient gradient, int width, int height, CannyConfig config) {
        boolean[] ridges = new boolean[gradient.magnitude.length];
        boolean[] edges = new boolean[ridges.length];
        int[] found = new int[width * height]; // edges whose neighbours are still to be looked at
        int last = -1;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int i = Gradient.index(x, y, width);
                ridges[i] = gradient.magnitude[i] > config.low() && gradient.isRidge(i);
                if (ridges[i] && gradient.magnitude[i] > config.high()) {
                    edges[i] = true;
                    found[++last] = i;
                }
            }
        }
        while (last >= 0) {
            int edge = found[last--];
            for (int neighbour : gradient.around(edge)) {
                if (ridges[neighbour] && !edges[neighbour]) {
                    edges[neighbour] = true;
                    found[++last] = neighbour;
                }
            }
        }
        return edges;
    }

    /** Of every pixel, with a frame of zeros one pixel wide around the picture. */
    private static final class Gradient {
        private static final int FRACTION_BITS = 15;
        private static final int TAN_22_5 = 13573; // 0.41421356 · 2^15, as OpenCV rounds it

        private final int stride;
        private final int[] dx;
        private final int[] dy;
        private final int[] magnitude;

        Gradient(Picture picture) {
            stride = picture.width() + 2;
            dx = new int[stride * (picture.height() + 2)];
            dy = new int[dx.length];
            magnitude = new int[dx.length];
            for (int y = 0; y < picture.height(); y++) {
                for (int x = 0; x < picture.width(); x++) {
                    int i = index(x, y, picture.width());
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        sobel(picture, x, y, channel, i);
                    }
                }
            }
        }

        static int index(int x, int y, int width) {
            return (y + 1) * (width + 2) + x + 1;
        }

        /** Keeps the first of the channels with the largest magnitude. */
        private void sobel(Picture picture, int x, int y, int channel, int i) {
            int left = Math.max(0, x - 1);
            int right = Math.min(picture.width() - 1, x + 1);
            int above = Math.max(0, y - 1);
            int below = Math.min(picture.height() - 1, y + 1);
            int falling = picture.at(right, below, channel) - picture.at(left, above, channel);
            int rising = picture.at(right, above, channel) - picture.at(left, below, channel);
            int across = falling + rising + 2 * (picture.at(right, y, channel) - picture.at(left, y, channel));
            int down = falling - rising + 2 * (picture.at(x, below, channel) - picture.at(x, above, channel));
            int sum = Math.abs(across) + Math.abs(down);
            if (sum > magnitude[i]) {
                magnitude[i] = sum;
                dx[i] = across;
                dy[i] = down;
            }
        }

        /** Whether the magnitude is largest here along the gradient; of two equal ones in a row or column, the first is. */
        boolean isRidge(int i) {
            int x = Math.abs(dx[i]);
            int y = Math.abs(dy[i]) << FRACTION_BITS;
            int xTan22 = x * TAN_22_5;
            int xTan67 = xTan22 + (x << FRACTION_BITS + 1); // tan 67.5° = tan 22.5° + 2
            if (y < xTan22) {
                return magnitude[i] > magnitude[i - 1] && magnitude[i] >= magnitude[i + 1];
            }
            if (y > xTan67) {
                return magnitude[i] > magnitude[i - stride] && magnitude[i] >= magnitude[i + stride];
            }
            int diagonal = (dx[i] ^ dy[i]) < 0 ? stride - 1 : stride + 1;
            return magnitude[i] > magnitude[i - diagonal] && magnitude[i] > magnitude[i + diagonal];
        }

        int[] around(int i) {
            return new int[] {
                i - stride - 1, i - stride, i - stride + 1, i - 1, i + 1, i + stride - 1, i + stride, i + stride + 1
            };
        }
    }
}
