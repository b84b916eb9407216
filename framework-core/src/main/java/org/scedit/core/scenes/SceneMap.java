package org.scedit.core.scenes;

import java.util.Optional;
import org.scedit.api.Picture;

/** The kinds of {@linkplain ConditionMaps condition maps} of a scene, as pictures. */
public enum SceneMap {
    /** White contours on black. */
    EDGES {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.edges(scene);
        }

        @Override
        public Optional<MapFidelity> fidelity() {
            return Optional.of(MapFidelity.EDGE_F1);
        }
    },
    /** A colour for each shape on black. */
    SEGMENTATION {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.segmentationPicture(scene);
        }

        @Override
        public Optional<MapFidelity> fidelity() {
            return Optional.of(MapFidelity.SEGMENTATION_ACCURACY);
        }
    },
    /** White is near, black the backdrop. */
    DEPTH {
        @Override
        public Picture of(Scene scene) {
            float[] depth = ConditionMaps.depth(scene);
            byte[] rgb = new byte[3 * depth.length];
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = (byte) Math.round(255 * depth[i / 3]);
            }
            return Picture.of(Scene.SIDE, Scene.SIDE, rgb);
        }
    },
    /** The mean colours of cells of 8x8 pixels. */
    COLOUR {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.colours(scene);
        }

        @Override
        public Optional<MapFidelity> fidelity() {
            return Optional.of(MapFidelity.COLOUR_ERROR);
        }
    };

    /** The map of a scene, {@link Scene#SIDE} pixels wide and high. */
    public abstract Picture of(Scene scene);

    /** How well drawn pictures follow it; empty where that cannot be seen in a picture. */
    public Optional<MapFidelity> fidelity() {
        return Optional.empty();
    }
}
