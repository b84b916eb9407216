package org.scedit.plugins.measures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.scedit.plugins.measures.Given.grey;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

class DiversityTest {
    @Test
    void isTheMeanDistanceOfAllPairsOfAPrompt() {
        // of three levels 0, 51 and 153 the pairs differ by 0.2, 0.6 and 0.4; of two equal pictures by 0
        Measure.Value diversity = measure(
                List.of(grey(2, 0, 0), grey(2, 51, 51), grey(2, 153, 153)),
                List.of(grey(2, 9, 9), grey(2, 9, 9), grey(2, 9, 9)));
        assertThat(diversity.value()).isEqualTo((0.2 + 0.6 + 0.4 + 0 + 0 + 0) / 6, within(1e-12));
        assertThat(diversity.samples()).isEqualTo(6);
    }

    @Test
    void theDistanceIsTheRootOfTheMeanSquare() {
        // differences of 0.6 and 0.8: √((0.36 + 0.64) / 2)
        assertThat(measure(List.of(grey(2, 153, 0), grey(2, 0, 204))).value()).isEqualTo(Math.sqrt(0.5), within(1e-12));
    }

    @SafeVarargs
    private static Measure.Value measure(List<Picture>... variations) {
        var drawn = new Given(List.of(), List.of(), List.of(), List.of(), List.of(variations));
        return new Diversity().measure(new NoSettings(), drawn).get(0);
    }
}
