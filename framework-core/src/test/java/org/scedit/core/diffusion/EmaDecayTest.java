package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EmaDecayTest {
    @Test
    void theFirstUpdateCopiesAndLaterOnesKeepMoreAndMore() {
        // (1 + n) / (10 + n)
        assertThat(first(4, EmaDecay.upTo(0.9999)))
                .containsExactly(new double[] {0, 2 / 11., 3 / 12., 4 / 13.}, within(1e-12));
    }

    @Test
    void itStaysBetweenItsLimits() {
        assertThat(EmaDecay.upTo(0.95).at(1_000_000)).isEqualTo(0.95);
        assertThat(first(3, new EmaDecay(0.99, 0.5, 0, 0, 0))).containsExactly(0, 0.5, 0.5);
    }

    @Test
    void updatesBeforeTheStartCopy() {
        assertThat(first(5, new EmaDecay(0.99, 0, 3, 0, 0)))
                .containsExactly(new double[] {0, 0, 0, 0, 2 / 11.}, within(1e-12));
    }

    @Test
    void thePowerLawIsSlowerAtTheEnd() {
        // 1 - (1 + 7)^(-2/3) = 1 - 1/4
        assertThat(new EmaDecay(0.9999, 0, 0, 1, 2 / 3.).at(7)).isEqualTo(0.75, within(1e-12));
    }

    private static double[] first(int updates, EmaDecay decay) {
        return IntStream.range(0, updates).mapToDouble(decay::at).toArray();
    }
}
