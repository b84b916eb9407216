package org.scedit.plugins.measures;

import java.util.List;
import org.scedit.api.Drawn;
import org.scedit.api.Picture;

/** Pictures and maps as they are given, for measures that are worked by hand. */
record Given(
        List<Picture> pictures,
        List<Picture> targets,
        List<Picture> maps,
        List<Picture> seen,
        List<List<Picture>> variations)
        implements Drawn {
    static Given maps(Picture wanted, Picture seen) {
        return new Given(List.of(), List.of(), List.of(wanted), List.of(seen), List.of());
    }

    static Given targets(Picture picture, Picture target) {
        return new Given(List.of(picture), List.of(target), List.of(), List.of(), List.of());
    }

    /** A picture whose three channels have the same levels, row by row. */
    static Picture grey(int width, int... levels) {
        byte[] rgb = new byte[3 * levels.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) levels[i / 3];
        }
        return Picture.of(width, levels.length / width, rgb);
    }

    @Override
    public List<String> prompts() {
        throw new IllegalStateException("no measure of this plugin needs it");
    }
}
