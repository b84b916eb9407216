package org.scedit.plugins.annotators;

import java.util.SplittableRandom;
import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * The picture with its margin hidden, drawn from the seed: one to four sides, every choice equally likely. A rectangle
 * of the picture stays; where sides of both axes are hidden, it has the picture's proportions, and where two opposite
 * ones are, it lies anywhere between them. The hidden share is exact up to whole rows and columns.
 *
 * <p>The map has no channel for the mask: hidden pixels are told by their level only. scepter enlarges the picture
 * instead; a condition is of its picture's size, so here the margin is taken from the picture.
 */
@Extension
public final class Outpainting implements Annotator<MaskConfig> {
    private static final int LEFT = 1;
    private static final int RIGHT = 2;
    private static final int TOP = 4;
    private static final int BOTTOM = 8;

    /** The pixels along an axis that stay: {@code from} to {@code to}, exclusively. */
    private record Kept(int from, int to) {}

    @Override
    public String id() {
        return "outpainting";
    }

    @Override
    public String summary() {
        return "the picture with a random margin hidden, on one to four sides";
    }

    @Override
    public Class<MaskConfig> configType() {
        return MaskConfig.class;
    }

    @Override
    public Picture annotate(MaskConfig config, Picture picture, long seed) {
        var random = new SplittableRandom(seed);
        double share = 1 - config.share(random);
        int sides = 1 + random.nextInt(LEFT + RIGHT + TOP + BOTTOM);
        boolean bothAxes = (sides & (LEFT | RIGHT)) != 0 && (sides & (TOP | BOTTOM)) != 0;
        double ratio = bothAxes ? Math.sqrt(share) : share;
        Kept columns = kept(picture.width(), ratio, (sides & LEFT) != 0, (sides & RIGHT) != 0, random);
        Kept rows = kept(picture.height(), ratio, (sides & TOP) != 0, (sides & BOTTOM) != 0, random);
        var mask = new Mask(picture.width(), picture.height(), 1);
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                if (x < columns.from || x >= columns.to || y < rows.from || y >= rows.to) {
                    mask.hide(x, y);
                }
            }
        }
        return mask.over(picture, config.fill());
    }

    private static Kept kept(int size, double ratio, boolean before, boolean after, SplittableRandom random) {
        if (!before && !after) {
            return new Kept(0, size);
        }
        int length = (int) Math.round(size * ratio);
        int hidden = size - length;
        int from = before && after ? random.nextInt(hidden + 1) : before ? hidden : 0;
        return new Kept(from, from + length);
    }
}
