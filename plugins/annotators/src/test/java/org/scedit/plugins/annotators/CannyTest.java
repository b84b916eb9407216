package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.opencv.imgproc.Imgproc;
import org.scedit.api.Picture;

class CannyTest {
    private static final CannyConfig DEFAULTS = new CannyConfig(100, 200);

    @ParameterizedTest
    @CsvSource({"100, 200", "0, 0", "20, 60", "150, 150", "0, 1000", "600, 1200"})
    void everyPixelIsOpenCvs(int low, int high) {
        int edges = 0;
        for (Picture picture : Reference.pictures()) {
            Picture expected = Reference.of(picture, (rgb, map) -> Imgproc.Canny(rgb, map, low, high));
            assertThat(map(picture, new CannyConfig(low, high)))
                    .as("%s", picture)
                    .isEqualTo(expected);
            edges += whitePixels(expected);
        }
        assertThat(edges).isGreaterThan(10_000);
    }

    @Test
    void anEdgeLiesOnTheLastPixelBeforeAStep() {
        // Sobel: 4 · 255 on both sides of the step; of two equal ones the first is the ridge
        Picture step = Reference.picture(6, 3, i -> i / 3 % 6 < 3 ? 0 : 255);
        assertThat(map(step, DEFAULTS)).isEqualTo(Reference.picture(6, 3, i -> i / 3 % 6 == 2 ? 255 : 0));
    }

    @Test
    void aStepOfColourIsAnEdgeThoughItsGreyIsFlat() {
        // 0.299 · 97 of red and 0.114 · 254 of blue are both 29 of grey
        int[] red = {97, 0, 0};
        int[] blue = {0, 0, 254};
        Picture step = Reference.picture(6, 3, i -> i / 3 % 6 < 3 ? red[i % 3] : blue[i % 3]);
        assertThat(Grey.of(step)).isEqualTo(Reference.picture(6, 3, i -> 29));
        assertThat(whitePixels(map(step, DEFAULTS))).isEqualTo(3);
    }

    @Test
    void aWeakEdgeIsOneOnlyWhereItContinuesAStrongOne() {
        // a step that fades downwards by 5 levels a row; its gradient is 4 times its height, and a little for the slope
        Picture fromSixty = Reference.picture(6, 8, i -> i / 3 % 6 < 3 ? 0 : 60 - 5 * (i / 3 / 6));
        Picture fromForty = Reference.picture(6, 4, i -> i / 3 % 6 < 3 ? 0 : 40 - 5 * (i / 3 / 6));
        assertThat(map(fromSixty, DEFAULTS)).isEqualTo(Reference.picture(6, 8, i -> i / 3 % 6 == 3 ? 255 : 0));
        assertThat(whitePixels(map(fromForty, DEFAULTS))).isZero();
    }

    @Test
    void thresholdsInTheWrongOrderAreRefused() {
        assertThatThrownBy(() -> new CannyConfig(200, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("low must be at most high, got 200 and 100");
    }

    private static Picture map(Picture picture, CannyConfig config) {
        return new Canny().annotate(config, picture, 0);
    }

    private static int whitePixels(Picture map) {
        int white = 0;
        for (byte value : map.rgb()) {
            white += value == 0 ? 0 : 1;
        }
        return white / 3;
    }
}
