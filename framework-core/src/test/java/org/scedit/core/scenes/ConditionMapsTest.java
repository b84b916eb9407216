package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class ConditionMapsTest {
    /** Covers the pixels 12 to 28 across and 22 to 38 down. */
    private static final SceneObject SQUARE = new SceneObject(Shape.SQUARE, Colour.RED, Size.SMALL, 20, 30);

    private static final SceneObject CIRCLE = new SceneObject(Shape.CIRCLE, Colour.BLUE, Size.LARGE, 47, 30);
    private static final Scene SCENE = new Scene(Backdrop.WHITE, List.of(SQUARE, CIRCLE));

    @Test
    void edgesAreTheOutermostPixelsOfObjects() {
        Picture edges = ConditionMaps.edges(new Scene(Backdrop.WHITE, List.of(SQUARE)));

        int white = 0;
        for (int i = 0; i < Scene.SIDE * Scene.SIDE; i++) {
            boolean onBox = Math.max(Math.abs(i % Scene.SIDE - 20), Math.abs(i / Scene.SIDE - 30)) == 8;
            assertThat(edges.at(i % Scene.SIDE, i / Scene.SIDE, 1)).isEqualTo(onBox ? 255 : 0);
            white += onBox ? 1 : 0;
        }
        assertThat(white).isEqualTo(4 * 16);
    }

    @Test
    void segmentationHasTheShapesClass() {
        int[] classes = ConditionMaps.segmentation(SCENE);

        assertThat(classes[30 * Scene.SIDE + 20]).isEqualTo(1 + Shape.SQUARE.ordinal());
        assertThat(classes[30 * Scene.SIDE + 47]).isEqualTo(1 + Shape.CIRCLE.ordinal());
        assertThat(classes[0]).isEqualTo(ConditionMaps.BACKGROUND_CLASS);
        assertThat(Arrays.stream(classes).filter(c -> c == 1 + Shape.SQUARE.ordinal()))
                .hasSize(17 * 17);
    }

    @Test
    void segmentationPictureHasOneColourAClassWhateverTheObjectsColour() {
        SceneObject greenSquare = new SceneObject(Shape.SQUARE, Colour.GREEN, Size.SMALL, 20, 30);
        Picture picture = ConditionMaps.segmentationPicture(SCENE);

        assertThat(ConditionMaps.segmentationPicture(new Scene(Backdrop.BLACK, List.of(greenSquare, CIRCLE))))
                .isEqualTo(picture);
        assertThat(picture.at(0, 0, 0) + picture.at(0, 0, 1) + picture.at(0, 0, 2))
                .isZero();
        assertThat(picture.at(20, 30, 1)).isNotEqualTo(picture.at(47, 30, 1));
    }

    @Test
    void depthRisesFromTheContourToTheMiddleAndHigherOnWiderObjects() {
        float[] depth = ConditionMaps.depth(SCENE);

        assertThat(depth[0]).isZero();
        assertThat(depth[30 * Scene.SIDE + 47]).isEqualTo(1f);
        assertThat(depth[30 * Scene.SIDE + 20]).isEqualTo((float) (0.4 + 0.6 * 8.5 / 14));
        assertThat(depth[30 * Scene.SIDE + 34]).isEqualTo((float) (0.4 + 0.6 * 1 / 14));
        for (float value : depth) {
            assertThat(value).isBetween(0f, 1f);
        }
    }

    @Test
    void coloursAreTheMeansOfCells() {
        Picture colours = ConditionMaps.colours(SCENE);
        // the cell from (16, 24) to (23, 31) lies inside the square, that from (0, 0) on the backdrop
        assertThat(colours.at(16, 24, 0)).isEqualTo(Colour.RED.rgb() >> 16);
        assertThat(colours.at(23, 31, 0)).isEqualTo(Colour.RED.rgb() >> 16);
        assertThat(colours.at(5, 5, 1)).isEqualTo(0xfa);
        // the cell from (8, 24) on has the square in its columns 12 to 15: half of it, green 40 and 250
        assertThat(colours.at(8, 24, 1)).isEqualTo((0x28 + 0xfa) / 2);
    }
}
