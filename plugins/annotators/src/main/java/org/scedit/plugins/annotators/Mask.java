package org.scedit.plugins.annotators;

import java.util.Arrays;
import org.scedit.api.Picture;

/** The hidden pixels of a picture, up to a number of them that is given beforehand. */
final class Mask {
    private final int width;
    private final int height;
    private final boolean[] hidden;
    private int left;

    /** @param share of the pixels that will be hidden, 0 to 1, rounded to whole pixels */
    Mask(int width, int height, double share) {
        this.width = width;
        this.height = height;
        hidden = new boolean[width * height];
        left = (int) Math.round(share * hidden.length);
    }

    boolean isComplete() {
        return left == 0;
    }

    /** Hides a pixel; nothing happens outside the picture, to a hidden pixel, and once the mask is complete. */
    void hide(int x, int y) {
        boolean inside = x >= 0 && x < width && y >= 0 && y < height;
        if (inside && left > 0 && !hidden[y * width + x]) {
            hidden[y * width + x] = true;
            left--;
        }
    }

    /** The picture with its hidden pixels painted over. */
    Picture over(Picture picture, int fill) {
        byte[] rgb = picture.rgb();
        for (int pixel = 0; pixel < hidden.length; pixel++) {
            if (hidden[pixel]) {
                Arrays.fill(rgb, 3 * pixel, 3 * pixel + 3, (byte) fill);
            }
        }
        return Picture.of(width, height, rgb);
    }
}
