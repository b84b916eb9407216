package org.scedit.plugins.annotators;

import java.util.SplittableRandom;
import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * The picture with holes, drawn from the seed: rectangles and strokes of a round brush, as many as the hidden share
 * needs; the last one ends where the share is reached. A rectangle's sides are an eighth to a half of the picture's. A
 * stroke has one to five straight pieces and is 1/20 to 1/5 as wide as the picture's shorter side.
 *
 * <p>The map has no channel for the mask: hidden pixels are told by their level only. Source of the shapes: LaMa
 * (arXiv:2109.07161), whose masks scepter uses too.
 */
@Extension
public final class Inpainting implements Annotator<MaskConfig> {
    @Override
    public String id() {
        return "inpainting";
    }

    @Override
    public String summary() {
        return "the picture with random rectangles and strokes hidden (masks after LaMa, arXiv:2109.07161)";
    }

    @Override
    public Class<MaskConfig> configType() {
        return MaskConfig.class;
    }

    @Override
    public Picture annotate(MaskConfig config, Picture picture, long seed) {
        var random = new SplittableRandom(seed);
        var mask = new Mask(picture.width(), picture.height(), config.share(random));
        while (!mask.isComplete()) {
            if (random.nextInt(2) == 0) {
                rectangle(mask, picture.width(), picture.height(), random);
            } else {
                stroke(mask, picture.width(), picture.height(), random);
            }
        }
        return mask.over(picture, config.fill());
    }

    private static void rectangle(Mask mask, int width, int height, SplittableRandom random) {
        int across = side(width, random);
        int down = side(height, random);
        int left = random.nextInt(width) - across / 2;
        int top = random.nextInt(height) - down / 2;
        for (int y = top; y < top + down; y++) {
            for (int x = left; x < left + across; x++) {
                mask.hide(x, y);
            }
        }
    }

    private static int side(int whole, SplittableRandom random) {
        return Math.max(1, whole / 8 + random.nextInt(whole * 3 / 8 + 1));
    }

    private static void stroke(Mask mask, int width, int height, SplittableRandom random) {
        int shorter = Math.min(width, height);
        int radius = shorter / 40 + random.nextInt(shorter * 3 / 40 + 1);
        int reach = Math.max(1, shorter / 3);
        int x = random.nextInt(width);
        int y = random.nextInt(height);
        for (int pieces = 1 + random.nextInt(5); pieces > 0; pieces--) {
            int toX = nearby(x, reach, width, random);
            int toY = nearby(y, reach, height, random);
            int steps = Math.max(1, Math.max(Math.abs(toX - x), Math.abs(toY - y)));
            for (int step = 0; step <= steps; step++) {
                dot(mask, x + (toX - x) * step / steps, y + (toY - y) * step / steps, radius);
            }
            x = toX;
            y = toY;
        }
    }

    private static int nearby(int i, int reach, int size, SplittableRandom random) {
        return Math.max(0, Math.min(size - 1, i - reach + random.nextInt(2 * reach + 1)));
    }

    private static void dot(Mask mask, int centreX, int centreY, int radius) {
        for (int y = -radius; y <= radius; y++) {
            for (int x = -radius; x <= radius; x++) {
                if (x * x + y * y <= radius * radius) {
                    mask.hide(centreX + x, centreY + y);
                }
            }
        }
    }
}
