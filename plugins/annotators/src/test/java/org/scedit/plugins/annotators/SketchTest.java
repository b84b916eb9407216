package org.scedit.plugins.annotators;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class SketchTest {
    private static final SketchConfig ONE_PIXEL = new SketchConfig(1);

    @Test
    void aFlatPictureIsWhitePaper() {
        for (int level : new int[] {0, 90, 255}) {
            assertThat(map(Reference.picture(9, 7, i -> level))).isEqualTo(Reference.picture(9, 7, i -> 255));
        }
    }

    @Test
    void aDarkLineIsTheEquation() {
        // weights of the Gaussian: 0.3991 in the middle, 0.2420 beside it. On the line, blur = 255 · (1 - 0.3991) = 153
        // and 255 · (0 + 8) / (153 + 8) = 13; beside it grey is above blur: paper
        Picture line = Reference.picture(11, 3, i -> i / 3 % 11 == 5 ? 0 : 255);
        assertThat(map(line)).isEqualTo(Reference.picture(11, 3, i -> i / 3 % 11 == 5 ? 13 : 255));
    }

    @Test
    void onlyTheDarkerSideOfAStepIsDrawn() {
        // the Gaussian's weight of all pixels from the next one on is 0.3005: blur = 100 + 100 · 0.3005 = 130, and
        // 255 · (100 + 8) / (130 + 8) = 200
        Picture step = Reference.picture(12, 2, i -> i / 3 % 12 < 6 ? 100 : 200);
        Picture map = map(step);
        assertThat(map.at(5, 0, 0)).isEqualTo(200);
        assertThat(map.at(6, 0, 0)).isEqualTo(255);
        assertThat(map.at(0, 0, 0)).isEqualTo(255);
    }

    private static Picture map(Picture picture) {
        return new Sketch().annotate(ONE_PIXEL, picture, 0);
    }
}
