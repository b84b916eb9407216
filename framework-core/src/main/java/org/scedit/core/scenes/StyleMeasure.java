package org.scedit.core.scenes;

import java.util.List;
import org.scedit.api.Picture;

/**
 * Distance of pictures' style from the one that is learned, {@link StyleStatistics#distance}: 0 is the style itself as
 * the autoencoder gives it back. On scenes of one object.
 */
final class StyleMeasure extends SceneMeasure {
    @Override
    public String id() {
        return "style-distance";
    }

    @Override
    public String summary() {
        return "distance of pictures of scenes from the style that is learned, 0 = the style itself; nothing is learned";
    }

    @Override
    List<Value> measure(SceneDrawn drawn) {
        SceneDrawn heldOut = drawn.heldOut(1);
        List<Picture> pictures = heldOut.pictures();
        double distance = StyleStatistics.distance(pictures, heldOut.reconstructions());
        return List.of(new Value("style distance", distance, Better.LOWER, pictures.size()));
    }
}
