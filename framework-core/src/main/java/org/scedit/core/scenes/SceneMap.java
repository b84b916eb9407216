package org.scedit.core.scenes;

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
        public Picture seenIn(Picture picture) {
            return SeenMaps.edges(picture);
        }
    },
    /** A colour for each shape on black. */
    SEGMENTATION {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.segmentationPicture(scene);
        }

        @Override
        public Picture seenIn(Picture picture) {
            return SeenMaps.segmentation(picture);
        }
    },
    /** White is near, black the backdrop. */
    DEPTH {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.depthPicture(ConditionMaps.depth(scene));
        }

        @Override
        public Picture seenIn(Picture picture) {
            return SeenMaps.depth(picture);
        }
    },
    /** The mean colours of cells of 8x8 pixels. */
    COLOUR {
        @Override
        public Picture of(Scene scene) {
            return ConditionMaps.colours(scene);
        }

        @Override
        public Picture seenIn(Picture picture) {
            return ConditionMaps.colours(picture);
        }
    };

    /** The map of a scene, {@link Scene#SIDE} pixels wide and high. */
    public abstract Picture of(Scene scene);

    /**
     * The map of whatever a picture shows.
     *
     * @throws IllegalArgumentException if the picture is not of {@link Scene#SIDE} by {@link Scene#SIDE} pixels
     */
    public abstract Picture seenIn(Picture picture);
}
