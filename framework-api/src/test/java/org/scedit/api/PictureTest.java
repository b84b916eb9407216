package org.scedit.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PictureTest {
    private static final byte[] TWO_PIXELS = {0, (byte) 128, (byte) 255, 10, 20, 30};

    @Test
    void tensorIsChannelFirstFromMinusOneToOne() {
        float[] chw = Picture.of(2, 1, TWO_PIXELS).toTensor();

        assertThat(chw).hasSize(6);
        assertThat(chw[0]).isEqualTo(-1f); // red of the first pixel
        assertThat(chw[1]).isEqualTo(10 / 127.5f - 1); // red of the second
        assertThat(chw[4]).isEqualTo(1f); // blue of the first
    }

    @Test
    void everyLevelComesBackFromTheTensor() {
        byte[] levels = new byte[3 * 256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        Picture picture = Picture.of(16, 16, levels);

        assertThat(Picture.fromTensor(picture.toTensor(), 16, 16)).isEqualTo(picture);
    }

    @Test
    void valuesOutOfRangeAreClampedAndNanIsBlack() {
        // NaN rounds to 0, the level of -1
        Picture picture = Picture.fromTensor(new float[] {7, -3, Float.NaN}, 1, 1);

        assertThat(picture.rgb()).containsExactly(255, 0, 0);
    }

    @Test
    void imageAndBack() {
        Picture picture = Picture.of(2, 1, TWO_PIXELS);

        assertThat(picture.toImage().getRGB(1, 0)).isEqualTo(0xff0a141e);
        assertThat(Picture.fromImage(picture.toImage())).isEqualTo(picture).hasSameHashCodeAs(picture);
    }

    @Test
    void cannotBeChangedFromOutside() {
        byte[] rgb = TWO_PIXELS.clone();
        Picture picture = Picture.of(2, 1, rgb);
        rgb[0] = 99;
        picture.rgb()[1] = 99;

        assertThat(picture).isEqualTo(Picture.of(2, 1, TWO_PIXELS)).isNotEqualTo(Picture.of(1, 2, TWO_PIXELS));
        assertThat(picture.at(0, 0, 1)).isEqualTo(128);
    }

    @Test
    void sizeMustFit() {
        assertThatThrownBy(() -> Picture.of(2, 2, TWO_PIXELS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a picture of 2x2 has 3 bytes a pixel, got 6 bytes");
        assertThatThrownBy(() -> Picture.fromTensor(new float[7], 2, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
