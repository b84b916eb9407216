package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opencv.core.Size;
import org.opencv.imgproc.Imgproc;
import org.scedit.api.Picture;

class ColourTest {
    /** OpenCV rounds its weights to 1/2048: together less than half a level, so a value may round to its neighbour. */
    @ParameterizedTest
    @ValueSource(ints = {64, 16, 7, 1})
    void isOpenCvsUpToOneLevel(int factor) {
        for (Picture picture : Reference.pictures()) {
            var cells = new Size(Math.max(1, picture.width() / factor), Math.max(1, picture.height() / factor));
            Picture expected = Reference.of(picture, (rgb, map) -> {
                Imgproc.resize(rgb, map, cells, 0, 0, Imgproc.INTER_CUBIC);
                Imgproc.resize(map, map, rgb.size(), 0, 0, Imgproc.INTER_NEAREST);
            });
            assertThat(Reference.difference(map(picture, factor), expected))
                    .as("%s", picture)
                    .isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aPictureOfCellsStaysAsItIs() {
        Picture cells = Reference.picture(128, 192, i -> 37 * (i / 3 % 128 / 64 + 2 * (i / 3 / 128 / 64)) + i % 3);
        assertThat(map(cells, 64)).isEqualTo(cells);
    }

    @Test
    void aPictureSmallerThanACellIsOneColour() {
        byte[] rgb = map(Reference.picture(20, 30, i -> i % 256), 64).rgb();
        assertThat(rgb).hasSize(3 * 20 * 30);
        for (int i = 3; i < rgb.length; i++) {
            assertThat(rgb[i]).isEqualTo(rgb[i % 3]);
        }
    }

    private static Picture map(Picture picture, int factor) {
        return new Colour().annotate(new ColourConfig(factor), picture, 0);
    }
}
