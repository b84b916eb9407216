package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

/** The map that is seen in a scene's picture is the scene's own map, nearly. */
class SeenMapsTest {
    private static final int PIXELS = Scene.SIDE * Scene.SIDE;
    private static final List<Scene> SCENES = IntStream.range(0, 40)
            .mapToObj(new SceneSampler(1, Split.TRAIN, SceneSampler.DEFAULT_COUNTS)::scene)
            .toList();

    @Test
    void theMapSeenInAPlainPictureIsThatOfTheScene() {
        assertThat(mean(SceneMap.EDGES, SeenMapsTest::shareEqual)).isGreaterThan(0.99);
        assertThat(mean(SceneMap.SEGMENTATION, SeenMapsTest::shareEqual)).isGreaterThan(0.98);
        assertThat(mean(SceneMap.COLOUR, SeenMapsTest::shareEqual)).isEqualTo(1);
        // grey levels of 255: the distance to the next pixel outside is that to the contour within half a pixel
        assertThat(mean(SceneMap.DEPTH, SeenMapsTest::meanDifference)).isLessThan(1.5);
    }

    @Test
    void aSquareIsAsDeepAsItsPixelsAreFarFromItsContour() {
        // covers the pixels 12 to 28 across and 22 to 38 down
        Picture depth = SceneMap.DEPTH.seenIn(plain(square(Colour.RED)));

        // 8.5 pixels from the contour: 0.4 + 0.6 · 8.5 / radius
        double middle = 255 * (0.4 + 0.6 * 8.5 / Size.LARGE.radius());
        assertThat(depth.at(20, 30, 0)).isCloseTo((int) Math.round(middle), within(1));
        assertThat(depth.at(12, 30, 0)).isCloseTo((int) Math.round(255 * (0.4 + 0.6 * 0.5 / 16)), within(2));
        assertThat(depth.at(11, 30, 0)).isZero();
    }

    @Test
    void whatIsLikeNoShapeIsOfNoClass() {
        // two squares that have run together
        byte[] rgb = plain(square(Colour.RED)).rgb();
        for (int y = 32; y < 60; y++) {
            for (int x = 26; x < 58; x++) {
                for (int c = 0; c < 3; c++) {
                    rgb[3 * (y * Scene.SIDE + x) + c] = rgb[3 * (30 * Scene.SIDE + 20) + c];
                }
            }
        }
        Picture seen = SceneMap.SEGMENTATION.seenIn(Picture.of(Scene.SIDE, Scene.SIDE, rgb));

        assertThat(List.of(seen.at(20, 30, 0), seen.at(20, 30, 1), seen.at(20, 30, 2)))
                .containsOnly(0x80);
    }

    @Test
    void picturesAreOfAScenesSize() {
        assertThatThrownBy(() -> SceneMap.EDGES.seenIn(Picture.of(8, 8, new byte[3 * 64])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("scenes are 64x64 pixels, got ");
    }

    private static double mean(SceneMap map, ToDoubleBiFunction<Picture, Picture> compare) {
        return SCENES.stream()
                .mapToDouble(scene -> compare.applyAsDouble(map.of(scene), map.seenIn(plain(scene))))
                .average()
                .orElseThrow();
    }

    private static double shareEqual(Picture one, Picture other) {
        return IntStream.range(0, 3 * PIXELS)
                        .filter(i -> one.rgb()[i] == other.rgb()[i])
                        .count()
                / (3.0 * PIXELS);
    }

    private static double meanDifference(Picture one, Picture other) {
        byte[] a = one.rgb();
        byte[] b = other.rgb();
        return IntStream.range(0, a.length)
                .map(i -> Math.abs((a[i] & 0xff) - (b[i] & 0xff)))
                .average()
                .orElseThrow();
    }

    private static Scene square(Colour colour) {
        return new Scene(Backdrop.WHITE, List.of(new SceneObject(Shape.SQUARE, colour, Size.SMALL, 20, 30)));
    }

    private static Picture plain(Scene scene) {
        return SceneRenderer.render(scene, Style.PLAIN);
    }
}
