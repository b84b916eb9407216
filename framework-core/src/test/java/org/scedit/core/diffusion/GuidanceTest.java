package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GuidanceTest {
    @Test
    void guidanceGoesPastTheConditionalPrediction() {
        float[] guided = Guidance.classifierFree(new float[] {1, 0}, new float[] {2, -1}, 7.5);
        assertThat(guided).containsExactly(8.5f, -7.5f); // 1 + 7.5 * 1, 0 + 7.5 * -1
    }

    @Test
    void scaleOneIsTheConditionalPredictionAndZeroTheUnconditional() {
        float[] unconditional = {1, 0};
        float[] conditional = {2, -1};
        assertThat(Guidance.classifierFree(unconditional, conditional, 1)).isEqualTo(conditional);
        assertThat(Guidance.classifierFree(unconditional, conditional, 0)).isEqualTo(unconditional);
    }

    @Test
    void rescaleBringsTheSpreadBack() {
        float[] conditional = {-1, 1}; // standard deviation √2
        float[] guided = {-3, 5}; // 4√2
        assertThat(Guidance.rescale(guided, conditional, 1)).containsExactly(-0.75f, 1.25f);
        assertThat(Guidance.rescale(guided, conditional, 0)).containsExactly(-3, 5);
        // 0.7 / 4 + 0.3 = 0.475
        assertThat(Guidance.rescale(guided, conditional, 0.7))
                .containsExactly(new float[] {-1.425f, 2.375f}, within(1e-6f));
    }
}
