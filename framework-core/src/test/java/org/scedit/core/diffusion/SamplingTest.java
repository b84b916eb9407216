package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

class SamplingTest {
    private static final SchedulerConfig MODEL = SchedulerConfig.stableDiffusion();

    @ParameterizedTest
    @CsvSource({
        "DDIMScheduler, DDIM",
        "DDPMScheduler, DDPM",
        "PNDMScheduler, PNDM",
        "EulerDiscreteScheduler, EULER",
        "EulerAncestralDiscreteScheduler, EULER_ANCESTRAL",
        "HeunDiscreteScheduler, HEUN",
        "DPMSolverMultistepScheduler, DPM",
        "UniPCMultistepScheduler, UNIPC",
        "LCMScheduler, LCM",
        "KDPM2DiscreteScheduler, DDIM",
    })
    void aModelComesWithItsSampler(String className, SamplerName name) {
        assertThat(SamplerName.of(config("\"_class_name\": \"" + className + "\"")))
                .isEqualTo(name);
    }

    @Test
    void samplersAreCalledAsPeopleCallThem() {
        assertThat(SamplerName.words())
                .containsExactly(
                        "ddim",
                        "ddpm",
                        "pndm",
                        "euler",
                        "euler-ancestral",
                        "heun",
                        "dpm++",
                        "dpm++-2m",
                        "dpm++-2m-sde",
                        "dpm++-3m",
                        "unipc",
                        "lcm");
        assertThat(SamplerName.of("dpm++-2m-sde")).contains(SamplerName.DPM_2M_SDE);
        assertThat(SamplerName.of("plms")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void everySamplerStartsAgainInTheMiddle(SamplerName name) {
        Sampler sampler = sampling(name, 10).sampler(MODEL);
        double[] timesteps = sampler.timesteps();
        double before = timesteps[0] + 1;
        for (int skipped = 0; skipped < 10; skipped++) {
            int begin = sampler.begin(skipped);
            assertThat(timesteps[begin]).isLessThan(before);
            before = timesteps[begin];
        }
        // what is left of the noise goes, whatever the sampler remembers of earlier steps
        float[] original = {0.5f, -1, 0, 2};
        int begin = sampler.begin(4);
        float[] sample = sampler.addNoise(original, new float[] {1, -0.3f, 0.2f, -2}, begin);
        var schedule = new NoiseSchedule(MODEL);
        for (int i = begin; i < timesteps.length; i++) {
            double alphaBar = sampler instanceof SigmaSampler bySigma
                    ? 1 / (1 + Math.pow(bySigma.sigmas()[i], 2))
                    : schedule.alphaBar((int) timesteps[i]);
            float[] noise = WeightedSum.of(1 / Math.sqrt(1 - alphaBar), sampler.scaleModelInput(sample, i))
                    .plus(-Math.sqrt(alphaBar / (1 - alphaBar)), original)
                    .floats();
            sample = sampler.step(noise, i, sample, float[]::new).sample();
        }
        assertThat(sample).containsExactly(original, within(0.1f));
    }

    @Test
    void karrasSpacingIsEvenInTheSeventhRoot() {
        var sampling = new Sampling(Optional.of(SamplerName.EULER), Optional.of(true), 3, TimestepSpacing.LINSPACE, 0);
        double[] sigmas = ((SigmaSampler) sampling.sampler(MODEL)).sigmas();
        // ((14.6146^(1/7) + 0.0292^(1/7)) / 2)^7
        double middle = Math.pow((Math.pow(sigmas[0], 1 / 7.0) + Math.pow(sigmas[2], 1 / 7.0)) / 2, 7);
        assertThat(sigmas[0]).isEqualTo(14.6146, within(1e-3));
        assertThat(sigmas[1]).isEqualTo(middle, within(1e-5));
        assertThat(sigmas[2]).isEqualTo(0.0292, within(1e-3));
        assertThat(sigmas[3]).isZero();
    }

    @Test
    void karrasSpacingIsRefusedWhereThereAreNoNoiseLevels() {
        var sampling = new Sampling(Optional.empty(), Optional.of(true), 3, TimestepSpacing.TRAILING, 0);
        assertThatThrownBy(() -> sampling.sampler(MODEL))
                .isInstanceOf(UserException.class)
                .hasMessage("karras: sampler pndm goes by timesteps and has no noise levels to place; leave it out, or"
                        + " use another sampler, such as dpm++-2m or euler");
    }

    @Test
    void noiseCannotBePredictedFromPureNoise() {
        SchedulerConfig zero = config("\"rescale_betas_zero_snr\": true, \"clip_sample\": false");
        assertThatThrownBy(() -> sampling(SamplerName.DDIM, 5).sampler(zero))
                .isInstanceOf(UserException.class)
                .hasMessage("sampler ddim cannot start from pure noise with a model that predicts noise"
                        + " (prediction_type epsilon with rescale_betas_zero_snr); use leading spacing or sampler"
                        + " euler");
        assertThatThrownBy(() -> sampling(SamplerName.PNDM, 5).sampler(zero))
                .isInstanceOf(UserException.class)
                .hasMessage("sampler pndm cannot start from pure noise (rescale_betas_zero_snr with timestep 999); use"
                        + " ddim or euler");
        assertThat(sampling(SamplerName.EULER, 5).sampler(zero).initNoiseSigma())
                .isEqualTo(4096, within(1e-3));
    }

    @Test
    void stepsThatASamplerCannotTakeAreRefused() {
        assertThatThrownBy(() -> sampling(SamplerName.LCM, 51).sampler(MODEL))
                .isInstanceOf(UserException.class)
                .hasMessage("sampler lcm takes from 1 to 50 steps (original_inference_steps of the model's scheduler),"
                        + " got 51");
        assertThatThrownBy(() -> sampling(SamplerName.PNDM, 3)
                        .sampler(config("\"_class_name\": \"PNDMScheduler\", \"skip_prk_steps\": false")))
                .isInstanceOf(UserException.class)
                .hasMessage("sampler pndm with skip_prk_steps false needs at least 4 steps, got 3");
        assertThatThrownBy(() -> sampling(SamplerName.UNIPC, 1001).sampler(MODEL))
                .isInstanceOf(UserException.class)
                .hasMessage("sampling steps must be from 1 to the model's 1000 noise levels, got 1001");
    }

    @Test
    void quantilesOfTheBetaDistribution() { // scipy.stats.beta.ppf(p, 0.6, 0.6)
        assertThat(BetaQuantile.of(0)).isEqualTo(0, within(1e-9));
        assertThat(BetaQuantile.of(0.01)).isEqualTo(0.0008612388, within(1e-9));
        assertThat(BetaQuantile.of(0.25)).isEqualTo(0.1756803787, within(1e-9));
        assertThat(BetaQuantile.of(0.5)).isEqualTo(0.5, within(1e-9));
        assertThat(BetaQuantile.of(0.9)).isEqualTo(0.9604155944, within(1e-9));
        assertThat(BetaQuantile.of(1)).isEqualTo(1, within(1e-9));
    }

    private static Sampling sampling(SamplerName name, int steps) {
        return new Sampling(Optional.of(name), Optional.empty(), steps, TimestepSpacing.TRAILING, 0);
    }

    private static SchedulerConfig config(String keys) {
        return SchedulerConfig.parse("{" + keys + "}", "");
    }
}
