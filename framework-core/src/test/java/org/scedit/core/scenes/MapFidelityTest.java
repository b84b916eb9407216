package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class MapFidelityTest {
    private static final List<Scene> SCENES = scenes(0, 40);
    private static final List<Picture> PICTURES = pictures(SCENES);
    private static final List<Picture> OTHERS = pictures(scenes(40, 80));
    /** Covers the pixels 12 to 28 across and 22 to 38 down. */
    private static final Scene SQUARE = square(20);

    @Test
    void theScenesOwnPicturesFollowEveryMap() {
        assertThat(MapFidelity.EDGE_F1.of(PICTURES, SCENES)).isGreaterThan(0.99);
        assertThat(MapFidelity.SEGMENTATION_ACCURACY.of(PICTURES, SCENES)).isGreaterThan(0.98);
        assertThat(MapFidelity.COLOUR_ERROR.of(PICTURES, SCENES)).isZero();
    }

    @Test
    void picturesOfOtherScenesDoNot() {
        assertThat(MapFidelity.EDGE_F1.of(OTHERS, SCENES)).isLessThan(0.4);
        assertThat(MapFidelity.SEGMENTATION_ACCURACY.of(OTHERS, SCENES)).isLessThan(0.85);
        assertThat(MapFidelity.COLOUR_ERROR.of(OTHERS, SCENES)).isGreaterThan(0.2);
    }

    @Test
    void aContourWithinOnePixelIsFollowedAndFartherAwayIsNot() {
        assertThat(MapFidelity.EDGE_F1.of(List.of(drawn(square(21))), List.of(SQUARE)))
                .isEqualTo(1);
        // two pixels to the right: of 64 contour pixels, 16 of the upper and of the lower side stay near the other's,
        // and
        // the two pixels that the side within the other square has next to them
        assertThat(MapFidelity.EDGE_F1.of(List.of(drawn(square(22))), List.of(SQUARE)))
                .isEqualTo((2 * 16 + 2) / 64.0, within(1e-9));
    }

    @Test
    void aWrongShapeIsOfTheWrongClassWhereItIs() {
        Scene circle =
                new Scene(Backdrop.WHITE, List.of(new SceneObject(Shape.CIRCLE, Colour.RED, Size.SMALL, 20, 30)));

        double accuracy = MapFidelity.SEGMENTATION_ACCURACY.of(List.of(drawn(circle)), List.of(SQUARE));

        // all but the square's 17 x 17 pixels
        assertThat(accuracy).isEqualTo(1 - 17 * 17 / 4096.0, within(0.01));
    }

    @Test
    void colourErrorIsTheShareOfTheWayFromBlackToWhite() {
        Picture white = Picture.of(Scene.SIDE, Scene.SIDE, filled(255));
        Picture black = Picture.of(Scene.SIDE, Scene.SIDE, filled(0));

        // every level is as far from 0 as from 255 together
        assertThat(MapFidelity.COLOUR_ERROR.of(List.of(white), List.of(SQUARE))
                        + MapFidelity.COLOUR_ERROR.of(List.of(black), List.of(SQUARE)))
                .isEqualTo(1, within(1e-9));
    }

    @Test
    void everySceneNeedsAPicture() {
        assertThatThrownBy(() -> MapFidelity.EDGE_F1.of(List.of(), SCENES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 pictures of 40 scenes");
    }

    private static Scene square(int x) {
        return new Scene(Backdrop.WHITE, List.of(new SceneObject(Shape.SQUARE, Colour.RED, Size.SMALL, x, 30)));
    }

    private static Picture drawn(Scene scene) {
        return SceneRenderer.render(scene, Style.PLAIN);
    }

    private static List<Scene> scenes(int from, int to) {
        var sampler = new SceneSampler(1, Split.TRAIN, SceneSampler.DEFAULT_COUNTS);
        List<Scene> scenes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            scenes.add(sampler.scene(i));
        }
        return scenes;
    }

    private static List<Picture> pictures(List<Scene> scenes) {
        return scenes.stream().map(MapFidelityTest::drawn).toList();
    }

    private static byte[] filled(int level) {
        byte[] rgb = new byte[3 * Scene.SIDE * Scene.SIDE];
        Arrays.fill(rgb, (byte) level);
        return rgb;
    }
}
