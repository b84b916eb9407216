package org.scedit.plugins.annotators;

import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * A pencil drawing, dark lines on white paper: lines are where a pixel is darker than its surroundings.
 * <pre>sketch = 255 · min(1, (grey + 8) / (blur(grey) + 8))      blur: Gaussian, {@code deviation} pixels</pre>
 * Without the eights this is the colour dodge of the grey picture with its blurred negative, {@code 255 · grey / (255 -
 * blur(255 - grey))}; they keep the noise of dark places from being drawn. Own rule, no learned weights: scepter's and
 * ControlNet's sketches are drawn by networks and look smoother, so a tuner of theirs does not fit this map.
 */
@Extension
public final class Sketch implements Annotator<SketchConfig> {
    private static final int DARKEST = 8;

    @Override
    public String id() {
        return "sketch";
    }

    @Override
    public String summary() {
        return "a pencil drawing, dark lines on white (colour dodge of the blurred negative)";
    }

    @Override
    public Class<SketchConfig> configType() {
        return SketchConfig.class;
    }

    @Override
    public Picture annotate(SketchConfig config, Picture picture, long seed) {
        Picture grey = Grey.of(picture);
        byte[] surroundings = Resampling.gaussian(grey, config.deviation()).rgb();
        byte[] rgb = grey.rgb();
        for (int i = 0; i < rgb.length; i++) {
            double ratio = (double) ((rgb[i] & 0xff) + DARKEST) / ((surroundings[i] & 0xff) + DARKEST);
            rgb[i] = (byte) Math.round(255 * Math.min(1, ratio));
        }
        return Picture.of(picture.width(), picture.height(), rgb);
    }
}
