package org.scedit.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Cases worked by hand; Student's t with one and two degrees of freedom has closed forms. */
class PairedTestTest {
    private static double p(Double... differences) {
        return PairedTest.twoSided(List.of(differences)).orElseThrow();
    }

    @Test
    void threeSeeds() {
        // mean 2, sd 1, t = 2·√3; with two degrees of freedom p = 1 − t / √(2 + t²) = 1 − √12 / √14
        assertThat(p(1.0, 2.0, 3.0)).isCloseTo(1 - Math.sqrt(12.0 / 14), within(1e-12));
        assertThat(p(-1.0, -2.0, -3.0)).isCloseTo(0.074179900, within(1e-9));
    }

    @Test
    void twoSeeds() {
        // mean 2, sd √2, t = 2; with one degree of freedom p = 1 − 2 / π · atan(t)
        assertThat(p(1.0, 3.0)).isCloseTo(1 - 2 / Math.PI * Math.atan(2), within(1e-12));
    }

    @Test
    void tenSeeds() {
        // Student 1908: the additional hours of sleep of ten patients; t = 4.0621 with nine degrees of freedom
        assertThat(p(1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)).isCloseTo(0.002833, within(5e-7));
    }

    @Test
    void oneSeedSaysNothing() {
        assertThat(PairedTest.twoSided(List.of(3.0))).isEmpty();
        assertThat(PairedTest.twoSided(List.of())).isEmpty();
    }

    @Test
    void equalDifferencesGoByTheirSigns() {
        // t would be infinite; of the eight choices of signs two are as extreme
        assertThat(p(0.25, 0.25, 0.25)).isEqualTo(0.25);
        assertThat(p(0.1 + 0.2, 0.3)).isEqualTo(0.5); // equal up to rounding
        assertThat(p(0.0, 0.0, 0.0)).isEqualTo(1);
    }

    @Test
    void holm() {
        // sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, never falling: 0.04, 0.06, 0.06, 0.06
        assertThat(PairedTest.holm(new double[] {0.03, 0.01, 0.04, 0.02})).containsExactly(0.06, 0.04, 0.06, 0.06);
        assertThat(PairedTest.holm(new double[] {0.5, 0.9})).containsExactly(1, 1);
        assertThat(PairedTest.holm(new double[0])).isEmpty();
    }

    @Test
    void spreadIsTheSamplesStandardDeviation() {
        // squares of −1, 0, 1 sum to 2, divided by n − 1 = 2
        assertThat(Spread.of(List.of(1.0, 2.0, 3.0))).isEqualTo(new Spread(3, 2, 1));
        assertThat(Spread.of(List.of(5.0))).isEqualTo(new Spread(1, 5, 0));
    }
}
