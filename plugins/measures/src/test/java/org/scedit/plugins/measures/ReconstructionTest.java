package org.scedit.plugins.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

class ReconstructionTest {
    @Test
    void equalPicturesAreTheBest() {
        Picture picture = flat(7, 90);
        assertThat(measure(picture, picture)).extracting(Measure.Value::value).containsExactly(100.0, 1.0);
    }

    @Test
    void psnrIsOfTheRootMeanSquare() {
        // a difference of 51 everywhere is a fifth of white: 20 · log₁₀(5)
        assertThat(measure(flat(8, 0), flat(8, 51)).get(0).value()).isEqualTo(20 * Math.log10(5), within(1e-9));
    }

    @Test
    void ssimOfFlatPicturesIsThatOfTheirBrightness() {
        // without variance the second factor is c₂ / c₂; (2 · 100 · 200 + 6.5025) / (100² + 200² + 6.5025)
        assertThat(measure(flat(7, 100), flat(7, 200)).get(1).value())
                .isEqualTo(40_006.5025 / 50_006.5025, within(1e-9));
    }

    @Test
    void ssimOfOppositeStripesIsThatOfTheirCovariance() {
        // columns of 0 and 200 against 200 and 0: of 49 pixels 28 have 0 in the one, 21 in the other; means 600/7 and
        // 800/7, variances both 49/48 · 200² · (4/7)(3/7), covariance its opposite
        double variance = 49 / 48.0 * 200 * 200 * 12 / 49;
        double means =
                (2 * (600 / 7.0) * (800 / 7.0) + 6.5025) / (Math.pow(600 / 7.0, 2) + Math.pow(800 / 7.0, 2) + 6.5025);
        double expected = means * (-2 * variance + 58.5225) / (2 * variance + 58.5225);
        assertThat(measure(stripes(0, 200), stripes(200, 0)).get(1).value()).isEqualTo(expected, within(1e-9));
    }

    @Test
    void picturesSmallerThanTheWindowAreRefused() {
        assertThatThrownBy(() -> measure(flat(6, 0), flat(6, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("SSIM needs pictures of at least 7x7 pixels, got ");
    }

    private static List<Measure.Value> measure(Picture picture, Picture target) {
        return new Reconstruction().measure(new NoSettings(), Given.targets(picture, target));
    }

    private static Picture flat(int side, int level) {
        int[] levels = new int[side * side];
        Arrays.fill(levels, level);
        return Given.grey(side, levels);
    }

    private static Picture stripes(int even, int odd) {
        int[] levels = new int[49];
        Arrays.setAll(levels, i -> i % 7 % 2 == 0 ? even : odd);
        return Given.grey(7, levels);
    }
}
