package org.scedit.cli;

import org.scedit.api.Annotator;
import org.scedit.api.Picture;
import org.scedit.api.Setting;

/** An annotator for these tests: the negative. Named in META-INF/extensions.idx. */
public final class InvertAnnotator implements Annotator<InvertAnnotator.Config> {
    /** @param white the level that becomes black */
    public record Config(
            @Setting(value = "the level that becomes black", defaultsTo = "255", min = 0, max = 255)
            int white) {}

    @Override
    public String id() {
        return "invert";
    }

    @Override
    public String summary() {
        return "The negative of a picture";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Picture annotate(Config config, Picture picture, long seed) {
        byte[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.max(0, config.white() - (rgb[i] & 0xff));
        }
        return Picture.of(picture.width(), picture.height(), rgb);
    }
}
