package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.opencv.imgproc.Imgproc;
import org.scedit.api.Picture;

class GreyTest {
    @Test
    void everyPixelIsOpenCvs() {
        for (Picture picture : Reference.pictures()) {
            Picture expected = Reference.of(picture, (rgb, map) -> Imgproc.cvtColor(rgb, map, Imgproc.COLOR_RGB2GRAY));
            assertThat(new Grey().annotate(new GreyConfig(), picture, 0))
                    .as("%s", picture)
                    .isEqualTo(expected);
        }
    }

    @Test
    void greenIsBrightestAndBlueDarkest() {
        Picture colours = Picture.of(3, 1, new byte[] {-1, 0, 0, 0, -1, 0, 0, 0, -1});
        // 255 · 0.299 = 76.2, 255 · 0.587 = 149.7, 255 · 0.114 = 29.1
        assertThat(Grey.of(colours).rgb()).containsExactly(76, 76, 76, 150, 150, 150, 29, 29, 29);
    }
}
