package org.scedit.plugins.annotators;

import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * Where which colours are: the picture in coarse cells of one colour each. It is made {@code factor} times smaller with
 * OpenCV's bicubic interpolation, which reads the 4x4 pixels in the middle of a cell, and larger again by repeating
 * pixels. There are {@code side / factor} cells along a side, rounded down, and at least one, so a cell is somewhat
 * larger where the factor does not divide the side. Source: SCEdit (arXiv:2312.11392); scepter's colour annotator.
 */
@Extension
public final class Colour implements Annotator<ColourConfig> {
    @Override
    public String id() {
        return "colour";
    }

    @Override
    public String summary() {
        return "coarse cells of one colour each (SCEdit, arXiv:2312.11392)";
    }

    @Override
    public Class<ColourConfig> configType() {
        return ColourConfig.class;
    }

    @Override
    public Picture annotate(ColourConfig config, Picture picture, long seed) {
        int columns = Math.max(1, picture.width() / config.factor());
        int rows = Math.max(1, picture.height() / config.factor());
        Picture cells = Resampling.cubic(picture, columns, rows);
        return Resampling.nearest(cells, picture.width(), picture.height());
    }
}
