package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

class SamplerTest {
    private static final float[] ORIGINAL = {0.5f, -1.5f, 0, 2};

    @Test
    void leadingCountsFromTheCleanEnd() {
        assertThat(ddim(TimestepSpacing.LEADING, 7).timesteps()).containsExactly(853, 711, 569, 427, 285, 143, 1);
    }

    @Test
    void trailingCountsFromTheNoisyEnd() {
        assertThat(ddim(TimestepSpacing.TRAILING, 7).timesteps()).containsExactly(999, 856, 713, 570, 428, 285, 142);
    }

    @Test
    void linspaceHasBothEndsAndRoundsHalvesToEven() {
        assertThat(ddim(TimestepSpacing.LINSPACE, 7).timesteps()).containsExactly(999, 832, 666, 500, 333, 166, 0);
    }

    @Test
    void everyNumberOfStepsIsThatLongAndFalls() {
        for (int steps = 1; steps <= 1000; steps++) {
            double[] timesteps = ddim(TimestepSpacing.TRAILING, steps).timesteps();
            assertThat(timesteps).hasSize(steps);
            assertThat(timesteps[0]).isEqualTo(999);
            assertThat(timesteps[steps - 1]).isGreaterThanOrEqualTo(0);
            for (int i = 1; i < steps; i++) {
                assertThat(timesteps[i]).isLessThan(timesteps[i - 1]);
            }
        }
    }

    @Test
    void moreStepsThanNoiseLevelsAreRefused() {
        assertThatThrownBy(() -> ddim(TimestepSpacing.TRAILING, 1001))
                .isInstanceOf(UserException.class)
                .hasMessage("sampling steps must be from 1 to the model's 1000 noise levels, got 1001");
        assertThatThrownBy(() -> ddim(TimestepSpacing.LEADING, 1000))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "1000 sampling steps with leading spacing and steps_offset 1 go past the last of 1000 noise "
                                + "levels; use fewer steps or trailing spacing");
    }

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void aModelThatKnowsThePictureIsLedToIt(PredictionType prediction) {
        // with set_alpha_to_one the last step goes to ᾱ = 1, where the sample is x_0 itself
        SchedulerConfig config = SchedulerConfig.parse("""
            {"clip_sample": false, "set_alpha_to_one": true, "timestep_spacing": "trailing"}\
            """, "");
        NoiseSchedule schedule = new NoiseSchedule(config.withPrediction(prediction));
        assertThat(denoise(new DdimSampler(schedule, 10, 0), schedule, NoiseSource.NONE))
                .containsExactly(ORIGINAL, within(1e-4f));
        assertThat(denoise(new DdpmSampler(schedule, 10), schedule, gaussian(new ArrayList<>())))
                .containsExactly(ORIGINAL, within(1e-4f));
    }

    @Test
    void ddimDrawsNoiseOnceAStepAndOnlyIfAsked() {
        NoiseSchedule schedule = new NoiseSchedule(SchedulerConfig.stableDiffusion());
        List<Integer> draws = new ArrayList<>();
        denoise(new DdimSampler(schedule, 5, 1), schedule, gaussian(draws));
        assertThat(draws).containsExactly(4, 4, 4, 4, 4);
        denoise(new DdimSampler(schedule, 5, 0), schedule, NoiseSource.NONE);
    }

    @Test
    void ddpmDrawsNoNoiseForTheCleanTimestep() {
        NoiseSchedule schedule =
                new NoiseSchedule(SchedulerConfig.stableDiffusion().withSpacing(TimestepSpacing.LINSPACE));
        List<Integer> draws = new ArrayList<>();
        denoise(new DdpmSampler(schedule, 5), schedule, gaussian(draws));
        assertThat(draws).hasSize(4);
    }

    @Test
    void ddimWithEtaOneSpreadsAsMuchAsDdpmAndTheLargeVarianceMore() {
        // one step 999 -> 499: the spread is the factor of a unit draw
        double small = spread(new DdpmSampler(scheduleOf("fixed_small"), 2));
        double large = spread(new DdpmSampler(scheduleOf("fixed_large"), 2));
        double eta1 = spread(new DdimSampler(scheduleOf("fixed_small"), 2, 1));
        assertThat(eta1).isEqualTo(small, within(1e-5));
        assertThat(large).isGreaterThan(small);
    }

    @Test
    void thePredictedPictureIsClippedToTheRange() {
        assertThat(predictedOriginal("\"clip_sample\": true, \"clip_sample_range\": 1.5"))
                .containsExactly(0.5f, -1.5f, 0, 1.5f);
    }

    @Test
    void thresholdingDividesByTheQuantile() {
        // |x_0| sorted 0, 0.5, 1.5, 2: the 2/3 quantile is 1.5
        assertThat(predictedOriginal("\"thresholding\": true, \"dynamic_thresholding_ratio\": 0.66666666666667,"
                        + " \"sample_max_value\": 9"))
                .containsExactly(new float[] {1 / 3f, -1, 0, 1}, within(1e-6f));
    }

    @Test
    void argumentsStayAsTheyWere() {
        float[] sample = {1, 2};
        float[] output = {3, 4};
        ddim(TimestepSpacing.LEADING, 3).step(output, 0, sample, NoiseSource.NONE);
        assertThat(sample).containsExactly(1, 2);
        assertThat(output).containsExactly(3, 4);
    }

    private static float[] predictedOriginal(String keys) {
        NoiseSchedule schedule =
                new NoiseSchedule(SchedulerConfig.parse("{\"prediction_type\": \"sample\", " + keys + "}", ""));
        return new DdimSampler(schedule, 5, 0)
                .step(ORIGINAL, 0, new float[4], NoiseSource.NONE)
                .predictedOriginal();
    }

    private static NoiseSchedule scheduleOf(String variance) {
        return new NoiseSchedule(SchedulerConfig.parse(
                "{\"clip_sample\": false, \"timestep_spacing\": \"trailing\", \"variance_type\": \"" + variance + "\"}",
                ""));
    }

    private static double spread(Sampler sampler) {
        float[] still = sampler.step(new float[1], 0, new float[1], length -> new float[length])
                .sample();
        float[] moved = sampler.step(new float[1], 0, new float[1], length -> new float[] {1})
                .sample();
        return moved[0] - still[0];
    }

    private static DdimSampler ddim(TimestepSpacing spacing, int steps) {
        return new DdimSampler(
                new NoiseSchedule(SchedulerConfig.stableDiffusion().withSpacing(spacing)), steps, 0);
    }

    private static NoiseSource gaussian(List<Integer> draws) {
        Random random = new Random(1);
        return length -> {
            draws.add(length);
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return values;
        };
    }

    /** With a model that always says what leads to {@link #ORIGINAL}. */
    private static float[] denoise(Sampler sampler, NoiseSchedule schedule, NoiseSource noise) {
        float[] sample = {1, -0.3f, 0.2f, -2};
        double[] timesteps = sampler.timesteps();
        for (int i = 0; i < timesteps.length; i++) {
            int timestep = (int) timesteps[i];
            float[] input = sampler.scaleModelInput(sample, i);
            float[] implied = new float[input.length];
            double alphaBar = schedule.alphaBar(timestep);
            for (int k = 0; k < implied.length; k++) {
                implied[k] = (float) ((input[k] - Math.sqrt(alphaBar) * ORIGINAL[k]) / Math.sqrt(1 - alphaBar));
            }
            sample = sampler.step(schedule.target(ORIGINAL, implied, timestep), i, sample, noise)
                    .sample();
        }
        return sample;
    }
}
