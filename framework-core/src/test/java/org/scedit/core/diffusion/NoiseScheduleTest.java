package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

class NoiseScheduleTest {
    private final NoiseSchedule schedule = new NoiseSchedule(SchedulerConfig.stableDiffusion());

    @Test
    void stableDiffusionStartsNearlyCleanAndEndsNearlyNoise() {
        assertThat(schedule.timesteps()).isEqualTo(1000);
        assertThat(schedule.alphaBar(0)).isEqualTo(1 - 0.00085, within(1e-7));
        assertThat(schedule.alphaBar(1)).isEqualTo(0.998296, within(1e-6)); // (1 - 0.00085) * (1 - 0.0008547)
        assertThat(schedule.alphaBar(999)).isEqualTo(0.0046600, within(1e-6));
    }

    @Test
    void noiseIsMixedByVariance() {
        // ᾱ_999 = 0.00466: √ = 0.068264, √(1-ᾱ) = 0.997667
        float[] noisy = schedule.addNoise(new float[] {1, 0, 2}, new float[] {0, 1, -1}, 999);
        assertThat(noisy).containsExactly(new float[] {0.068264f, 0.997667f, -0.861139f}, within(1e-5f));
    }

    @Test
    void velocityIsTheMixTurnedByARightAngle() {
        float[] velocity = schedule.velocity(new float[] {1, 0}, new float[] {0, 1}, 999);
        assertThat(velocity).containsExactly(new float[] {-0.997667f, 0.068264f}, within(1e-5f));
    }

    @Test
    void targetIsWhatTheModelPredicts() {
        float[] original = {1, 0};
        float[] noise = {0, 1};
        assertThat(schedule.target(original, noise, 5)).isSameAs(noise);
        assertThat(predicting("sample").target(original, noise, 5)).isSameAs(original);
        assertThat(predicting("v_prediction").target(original, noise, 5))
                .isEqualTo(schedule.velocity(original, noise, 5));
    }

    @Test
    void minSnrWeightCapsTheRatio() {
        double low = schedule.snr(999); // far below γ = 5
        double high = schedule.snr(0); // 0.99915 / 0.00085, far above
        assertThat(low).isEqualTo(0.0046818, within(1e-6));
        assertThat(high).isEqualTo(1175.47, within(0.1));

        assertThat(schedule.minSnrWeight(999, 5)).isEqualTo(1);
        assertThat(schedule.minSnrWeight(0, 5)).isEqualTo(5 / high);
        assertThat(predicting("v_prediction").minSnrWeight(999, 5)).isEqualTo(low / (low + 1));
        assertThat(predicting("v_prediction").minSnrWeight(0, 5)).isEqualTo(5 / (high + 1));
        assertThat(predicting("sample").minSnrWeight(0, 5)).isEqualTo(5);
    }

    @Test
    void zeroTerminalSnrLeavesNothingOfThePictureAtTheEnd() {
        NoiseSchedule zero = new NoiseSchedule(SchedulerConfig.parse("""
            {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012,
             "rescale_betas_zero_snr": true, "prediction_type": "v_prediction"}\
            """, "scheduler_config.json"));
        assertThat(zero.alphaBar(999)).isZero();
        assertThat(zero.snr(999)).isZero();
        assertThat(zero.alphaBar(0)).isEqualTo(schedule.alphaBar(0), within(1e-6));
        assertThat(zero.minSnrWeight(999, 5)).isZero();
        assertThat(zero.withPrediction(PredictionType.EPSILON).minSnrWeight(999, 5))
                .isEqualTo(1);
    }

    @Test
    void cosineScheduleIsCapped() {
        NoiseSchedule cosine = new NoiseSchedule(SchedulerConfig.parse(
                "{\"beta_schedule\": \"squaredcos_cap_v2\", \"num_train_timesteps\": 10}", "scheduler_config.json"));
        // ᾱ of the last timestep is that of the one before times 1 - 0.999
        assertThat(cosine.alphaBar(9) / cosine.alphaBar(8)).isEqualTo(0.001, within(1e-5));
    }

    @Test
    void samplesAndNoiseOfDifferentLengthsAreRefused() {
        assertThatThrownBy(() -> schedule.addNoise(new float[3], new float[4], 0))
                .hasMessage("sample of 3 values, noise of 4");
    }

    private NoiseSchedule predicting(String type) {
        return schedule.withPrediction(PredictionType.valueOf(type.toUpperCase()));
    }
}
