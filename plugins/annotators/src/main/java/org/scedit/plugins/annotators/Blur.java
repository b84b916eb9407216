package org.scedit.plugins.annotators;

import org.pf4j.Extension;
import org.scedit.api.Annotator;
import org.scedit.api.Picture;

/**
 * The picture as its small version shows it, the condition of super-resolution: made {@code factor} times smaller by
 * means over areas, then enlarged with bicubic interpolation, as {@code cv2.resize} does with {@code INTER_AREA} and
 * {@code INTER_CUBIC}. The small picture's sides are rounded down, and at least one pixel long.
 */
@Extension
public final class Blur implements Annotator<BlurConfig> {
    @Override
    public String id() {
        return "blur";
    }

    @Override
    public String summary() {
        return "the picture made smaller and enlarged again, for super-resolution";
    }

    @Override
    public Class<BlurConfig> configType() {
        return BlurConfig.class;
    }

    @Override
    public Picture annotate(BlurConfig config, Picture picture, long seed) {
        int width = Math.max(1, picture.width() / config.factor());
        int height = Math.max(1, picture.height() / config.factor());
        return Resampling.cubic(Resampling.area(picture, width, height), picture.width(), picture.height());
    }
}
