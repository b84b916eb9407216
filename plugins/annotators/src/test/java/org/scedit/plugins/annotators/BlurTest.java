package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;
import org.scedit.api.Picture;

class BlurTest {
    /** One level from rounding the small picture, and one from the cubic's weights. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 8, 1})
    void isOpenCvsUpToTwoLevels(int factor) {
        for (Picture picture : Reference.pictures()) {
            var small = new Size(Math.max(1, picture.width() / factor), Math.max(1, picture.height() / factor));
            Picture expected = Reference.of(picture, (rgb, map) -> {
                Imgproc.resize(rgb, map, small, 0, 0, Imgproc.INTER_AREA);
                Imgproc.resize(map, map, rgb.size(), 0, 0, Imgproc.INTER_CUBIC);
            });
            assertThat(Reference.difference(map(picture, factor), expected))
                    .as("%s", picture)
                    .isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aPatternSmallerThanTheFactorIsItsMean() {
        Picture checks = Reference.picture(8, 8, i -> (i / 3 % 8 + i / 3 / 8) % 2 == 0 ? 100 : 50);
        assertThat(map(checks, 4)).isEqualTo(Reference.picture(8, 8, i -> 75));
    }

    @Test
    void factorOneChangesNothing() {
        Picture picture = Reference.picture(5, 4, i -> 4 * i);
        assertThat(map(picture, 1)).isEqualTo(picture);
    }

    private static Picture map(Picture picture, int factor) {
        return new Blur().annotate(new BlurConfig(factor), picture, 0);
    }
}
