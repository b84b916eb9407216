package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.scedit.core.diffusion.LearningRate.Piece;

class LearningRateTest {
    @Test
    void constantStays() {
        assertThat(first(3, LearningRate.constant(8, 0))).containsExactly(8, 8, 8);
    }

    @Test
    void warmupRisesFromZero() {
        assertThat(first(6, LearningRate.constant(8, 4))).containsExactly(0, 2, 4, 6, 8, 8);
    }

    @Test
    void linearFallsToZeroAndStays() {
        assertThat(first(8, LearningRate.linear(8, 2, 6))).containsExactly(0, 4, 8, 6, 4, 2, 0, 0);
    }

    @Test
    void cosineFallsAlongHalfAWave() {
        // (1 + cos(k π / 4)) / 2 of 8
        assertThat(first(7, LearningRate.cosine(8, 2, 6)))
                .containsExactly(new double[] {0, 4, 8, 6.8284, 4, 1.1716, 0}, within(1e-4));
    }

    @Test
    void restartsBeginTheWaveAgain() {
        assertThat(first(6, LearningRate.cosineWithRestarts(8, 0, 4, 2)))
                .containsExactly(new double[] {8, 4, 8, 4, 0, 0}, within(1e-9));
    }

    @Test
    void polynomialFallsToItsEnd() {
        // 1 + 8 * (1 - k / 4)²
        assertThat(first(6, LearningRate.polynomial(9, 0, 4, 2, 1))).containsExactly(9, 5.5, 3, 1.5, 1, 1);
    }

    @Test
    void piecesEndWhereTheySay() {
        LearningRate rate = LearningRate.piecewise(8, List.of(new Piece(1, 2), new Piece(0.5, 3)), 0.25);
        assertThat(first(5, rate)).containsExactly(8, 8, 4, 2, 2);
    }

    private static double[] first(int steps, LearningRate rate) {
        return IntStream.range(0, steps).mapToDouble(rate::at).toArray();
    }
}
