package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

/**
 * Samplers on data of which everything is known: x_0 ~ N(μ, s²). Then x_t ~ N(√ᾱ·μ, ᾱ·s² + 1−ᾱ), what a perfect model
 * says is linear in x_t, and along the probability-flow equation (x_t − mean_t)/deviation_t stays as it is.
 */
class GaussianTest {
    private static final double MEAN = 0.7;
    private static final double DEVIATION = 0.4;
    private static final float[] STANDARD = {-1.5f, -0.3f, 0.8f, 2};

    /**
     * A deterministic sampler and the order of its error in the number of steps. PNDM's is below 2 as noise falls with
     * √t towards the clean end, that of the third DPM-Solver below 3 as its first step is of first order.
     */
    private record Order(String configuration, int steps, double order) {}

    /** Even in log σ down to that of timestep 0, so that only the steps' length changes with their number. */
    private static final String EVEN = "\"use_exponential_sigmas\": true, \"final_sigmas_type\": \"sigma_min\"";

    private static final Map<String, Order> ORDERS = Map.ofEntries(
            Map.entry("ddim", new Order("\"_class_name\": \"DDIMScheduler\", \"clip_sample\": false", 50, 1)),
            Map.entry("pndm", new Order("\"_class_name\": \"PNDMScheduler\", \"skip_prk_steps\": true", 100, 1.8)),
            Map.entry("pndm with Runge-Kutta", new Order("\"_class_name\": \"PNDMScheduler\"", 100, 1.8)),
            Map.entry("euler", new Order("\"_class_name\": \"EulerDiscreteScheduler\", " + EVEN, 40, 1)),
            Map.entry("heun", new Order("\"_class_name\": \"HeunDiscreteScheduler\", " + EVEN, 20, 2)),
            Map.entry("dpm++ 1", dpmSolver("dpmsolver++", 1, "midpoint")),
            Map.entry("dpm++ 2", dpmSolver("dpmsolver++", 2, "midpoint")),
            Map.entry("dpm++ 2 heun", dpmSolver("dpmsolver++", 2, "heun")),
            Map.entry("dpm++ 3", dpmSolver("dpmsolver++", 3, "midpoint")),
            Map.entry("dpm 2", dpmSolver("dpmsolver", 2, "midpoint")),
            Map.entry("dpm 3", dpmSolver("dpmsolver", 3, "midpoint")),
            Map.entry("unipc 1", uniPc(1, "bh2", true, 2)),
            Map.entry("unipc 2", uniPc(2, "bh2", true, 3)),
            Map.entry("unipc 2 bh1", uniPc(2, "bh1", true, 3)),
            Map.entry("unipc 3", uniPc(3, "bh2", true, 3)),
            Map.entry("unipc 2 of noise", uniPc(2, "bh2", false, 3)));

    private static Order dpmSolver(String algorithm, int order, String type) {
        return new Order(
                "\"_class_name\": \"DPMSolverMultistepScheduler\", \"algorithm_type\": \"" + algorithm
                        + "\", \"solver_order\": " + order + ", \"solver_type\": \"" + type + "\", " + EVEN,
                20,
                order == 3 ? 2.4 : order);
    }

    /** The corrector brings one order more. */
    private static Order uniPc(int solverOrder, String type, boolean original, int order) {
        return new Order(
                "\"_class_name\": \"UniPCMultistepScheduler\", \"solver_order\": " + solverOrder
                        + ", \"solver_type\": \"" + type + "\", \"predict_x0\": " + original + ", " + EVEN,
                20,
                order);
    }

    @TestFactory
    Stream<DynamicTest> theErrorFallsWithTheOrder() {
        return ORDERS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> errorFalls(entry.getValue())));
    }

    private static void errorFalls(Order expected) {
        for (PredictionType prediction : PredictionType.values()) {
            SchedulerConfig config =
                    config(expected.configuration).withPrediction(prediction).withSpacing(TimestepSpacing.LEADING);
            if (expected.configuration.contains("PNDM") && prediction != PredictionType.EPSILON) {
                continue; // another thing than ε is combined, and the order lost
            }
            double coarse = error(config, expected.steps);
            double fine = error(config, 2 * expected.steps);
            double order = Math.log(coarse / fine) / Math.log(2);
            assertThat(order).as("%s: %s, then %s", prediction, coarse, fine).isGreaterThan(expected.order - 0.3);
            assertThat(fine).as("error").isLessThan(0.05);
        }
    }

    /** Largest distance from the exact solution. */
    private static double error(SchedulerConfig config, int steps) {
        Sampler sampler = Sampling.asIs(config, steps, 0).sampler(config);
        Level first = Level.of(config, sampler, 0);
        float[] sample = first.samples(STANDARD);
        for (int i = 0; i < sampler.timesteps().length; i++) {
            sample = step(config, sampler, i, sample, NoiseSource.NONE);
        }
        float[] exact = new Level(new NoiseSchedule(config).alphaBar(0), false).samples(STANDARD);
        double largest = 0;
        for (int k = 0; k < exact.length; k++) {
            largest = Math.max(largest, Math.abs(exact[k] - sample[k]));
        }
        return largest;
    }

    @Test
    void samplersWithFreshNoiseDrawTheDistribution() {
        List<Sampling> stochastic = List.of(
                sampling(SamplerName.DDPM, 250, 0),
                sampling(SamplerName.DDIM, 250, 1),
                sampling(SamplerName.EULER_ANCESTRAL, 500, 0),
                sampling(SamplerName.DPM_2M_SDE, 100, 0));
        SchedulerConfig config = config("\"clip_sample\": false");
        for (Sampling sampling : stochastic) {
            requireDistribution(
                    sampling.sampler(config),
                    config,
                    sampling.sampler().orElseThrow().word());
        }
    }

    private static Sampling sampling(SamplerName name, int steps, double eta) {
        return new Sampling(Optional.of(name), Optional.empty(), steps, TimestepSpacing.TRAILING, eta);
    }

    private static void requireDistribution(Sampler sampler, SchedulerConfig config, String name) {
        var random = new Random(7);
        NoiseSource noise = length -> normal(random, length);
        float[] sample = Level.of(config, sampler, 0).samples(noise.next(20_000));
        for (int i = 0; i < sampler.timesteps().length; i++) {
            sample = step(config, sampler, i, sample, noise);
        }
        double mean = 0;
        for (float x : sample) {
            mean += x / sample.length;
        }
        double variance = 0;
        for (float x : sample) {
            variance += (x - mean) * (x - mean) / sample.length;
        }
        assertThat(mean).as(name).isCloseTo(MEAN, within(0.02));
        assertThat(Math.sqrt(variance)).as(name).isCloseTo(DEVIATION, within(0.02));
    }

    @Test
    void aConsistencyModelKeepsTheDistribution() {
        SchedulerConfig config = config("\"_class_name\": \"LCMScheduler\", \"prediction_type\": \"sample\"");
        Sampler sampler = Sampling.asIs(config, 4, 0).sampler(config);
        var random = new Random(7);
        NoiseSource noise = length -> normal(random, length);
        float[] standard = noise.next(20_000);
        float[] sample = Level.of(config, sampler, 0).samples(standard);
        for (int i = 0; i < 4; i++) {
            // the end of the trajectory through x_t, which is what such a model has learned
            Level level = Level.of(config, sampler, i);
            float[] end = new Level(1, false).samples(level.standard(sample));
            sample = sampler.step(end, i, sample, noise).sample();
        }
        double mean = 0;
        double square = 0;
        for (float x : sample) {
            mean += x / sample.length;
            square += x * x / sample.length;
        }
        assertThat(mean).isCloseTo(MEAN, within(0.02));
        assertThat(Math.sqrt(square - mean * mean)).isCloseTo(DEVIATION, within(0.02));
    }

    private static float[] step(SchedulerConfig config, Sampler sampler, int i, float[] sample, NoiseSource noise) {
        Level level = new Level(Level.of(config, sampler, i).alphaBar, false);
        float[] output = level.model(config.predictionType(), sampler.scaleModelInput(sample, i));
        return sampler.step(output, i, sample, noise).sample();
    }

    private static float[] normal(Random random, int length) {
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        return values;
    }

    private static SchedulerConfig config(String keys) {
        return SchedulerConfig.parse(
                "{\"beta_start\": 0.00085, \"beta_end\": 0.012, \"beta_schedule\": \"scaled_linear\","
                        + " \"set_alpha_to_one\": false, " + keys + "}",
                "");
    }

    /**
     * A noise level.
     *
     * @param unscaled whether samples are x_0 + σ·ε rather than √ᾱ·x_0 + √(1−ᾱ)·ε
     */
    private record Level(double alphaBar, boolean unscaled) {
        static Level of(SchedulerConfig config, Sampler sampler, int i) {
            if (sampler instanceof SigmaSampler bySigma) {
                double sigma = bySigma.sigmas()[i];
                return new Level(1 / (1 + sigma * sigma), sampler.initNoiseSigma() != 1);
            }
            return new Level(new NoiseSchedule(config).alphaBar((int) sampler.timesteps()[i]), false);
        }

        double mean() {
            return Math.sqrt(alphaBar) * MEAN;
        }

        double deviation() {
            return Math.sqrt(alphaBar * DEVIATION * DEVIATION + 1 - alphaBar);
        }

        /** Those of standard normal numbers. */
        float[] samples(float[] standard) {
            float[] samples = new float[standard.length];
            for (int k = 0; k < samples.length; k++) {
                samples[k] = (float) ((mean() + deviation() * standard[k]) / (unscaled ? Math.sqrt(alphaBar) : 1));
            }
            return samples;
        }

        float[] standard(float[] samples) {
            float[] standard = new float[samples.length];
            for (int k = 0; k < samples.length; k++) {
                standard[k] = (float) ((samples[k] - mean()) / deviation());
            }
            return standard;
        }

        /** What a perfect model says: the expectation of its target. */
        float[] model(PredictionType prediction, float[] samples) {
            float[] output = new float[samples.length];
            for (int k = 0; k < output.length; k++) {
                double away = (samples[k] - mean()) / (deviation() * deviation());
                double noise = Math.sqrt(1 - alphaBar) * away;
                double original = MEAN + Math.sqrt(alphaBar) * DEVIATION * DEVIATION * away;
                output[k] = (float)
                        switch (prediction) {
                            case EPSILON -> noise;
                            case SAMPLE -> original;
                            case V_PREDICTION -> Math.sqrt(alphaBar) * noise - Math.sqrt(1 - alphaBar) * original;
                        };
            }
            return output;
        }
    }
}
