package org.scedit.plugins.annotators;

import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * The picture without its colours, as {@code cv2.cvtColor(rgb, COLOR_RGB2GRAY)} makes it, in all three channels:
 * <pre>grey = 0.299 · red + 0.587 · green + 0.114 · blue      rounded; weights in 2^-15</pre>
 * Source: ITU-R BT.601. scepter's annotator names the channels in the other order, and so gives blue the weight of red;
 * this one does not.
 */
@Extension
public final class Grey implements Annotator<GreyConfig> {
    private static final int FRACTION_BITS = 15;
    private static final int RED = 9798;
    private static final int GREEN = 19235;
    private static final int BLUE = 3735;

    @Override
    public String id() {
        return "grey";
    }

    @Override
    public String summary() {
        return "brightness without colour (ITU-R BT.601)";
    }

    @Override
    public Class<GreyConfig> configType() {
        return GreyConfig.class;
    }

    @Override
    public Picture annotate(GreyConfig config, Picture picture, long seed) {
        return of(picture);
    }

    static Picture of(Picture picture) {
        byte[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            int sum = RED * (rgb[i] & 0xff) + GREEN * (rgb[i + 1] & 0xff) + BLUE * (rgb[i + 2] & 0xff);
            byte grey = (byte) (sum + (1 << FRACTION_BITS - 1) >> FRACTION_BITS);
            rgb[i] = grey;
            rgb[i + 1] = grey;
            rgb[i + 2] = grey;
        }
        return Picture.of(picture.width(), picture.height(), rgb);
    }
}
