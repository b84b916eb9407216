package org.scedit.core.diffusion;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.scedit.core.UserException;

/**
 * A model folder's {@code scheduler/scheduler_config.json}: how noise is added and what the model predicts. Keys keep
 * their meaning in diffusers; keys this record does not have are left alone.
 *
 * @param numTrainTimesteps        number of noise levels, T; timesteps are 0..T-1
 * @param betaStart                β at timestep 0
 * @param betaEnd                  β at timestep T-1
 * @param betaSchedule             how β goes from one to the other
 * @param rescaleBetasZeroSnr      whether the last timestep is pure noise (ᾱ = 0), arXiv:2305.08891
 * @param predictionType           what the model's output means
 * @param timestepSpacing          which of the T timesteps a sampler visits
 * @param stepsOffset              added to every timestep of {@code leading} spacing
 * @param setAlphaToOne            whether DDIM's last step goes to ᾱ = 1 rather than to ᾱ_0
 * @param clipSample               whether the predicted x_0 is clipped to ±{@code clipSampleRange}
 * @param clipSampleRange          positive
 * @param thresholding             whether the predicted x_0 is dynamically thresholded (arXiv:2205.11487, 2.3); wins
 *                                 over clipping
 * @param dynamicThresholdingRatio quantile of |x_0| that becomes the threshold, 0..1
 * @param sampleMaxValue           largest threshold
 * @param varianceType             the noise DDPM adds back
 * @param className                {@code _class_name}: diffusers' class of the sampler the model comes with; may be empty
 * @param skipPrkSteps             whether PNDM starts without Runge-Kutta steps
 * @param sigmas                   how Euler, Heun, DPM-Solver and UniPC place noise levels
 * @param dpmSolver                DPM-Solver's own keys, where it is the model's sampler
 * @param uniPc                    UniPC's own keys, where it is the model's sampler
 * @param lcm                      the latent consistency sampler's own keys
 */
public record SchedulerConfig(
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        BetaSchedule betaSchedule,
        boolean rescaleBetasZeroSnr,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        boolean clipSample,
        double clipSampleRange,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double sampleMaxValue,
        VarianceType varianceType,
        String className,
        boolean skipPrkSteps,
        SigmaConfig sigmas,
        DpmSolverConfig dpmSolver,
        UniPcConfig uniPc,
        LcmConfig lcm) {
    private static final Set<String> CLIP_BY_DEFAULT = Set.of("DDIMScheduler", "DDPMScheduler", "");
    private static final Set<String> LINSPACE_BY_DEFAULT = Set.of(
            "EulerDiscreteScheduler",
            "EulerAncestralDiscreteScheduler",
            "HeunDiscreteScheduler",
            "DPMSolverMultistepScheduler",
            "UniPCMultistepScheduler");

    /** How β_t grows with t. */
    public enum BetaSchedule {
        /** β linear in t. */
        LINEAR,
        /** √β linear in t: Stable Diffusion's. */
        SCALED_LINEAR,
        /** ᾱ a squared cosine, β at most 0.999 (arXiv:2102.09672). */
        SQUAREDCOS_CAP_V2
    }

    /** What the model's output means. */
    public enum PredictionType {
        /** The noise ε. */
        EPSILON,
        /** The velocity v = √ᾱ·ε − √(1−ᾱ)·x_0 (arXiv:2202.00512). */
        V_PREDICTION,
        /** The clean sample x_0. */
        SAMPLE;

        /** As recipes and messages write it; diffusers has {@code _} for {@code -}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Which timesteps are visited, all from the noisy end (arXiv:2305.08891, table 2). */
    public enum TimestepSpacing {
        /** Evenly from 0 upwards: the noisiest levels are never seen. */
        LEADING,
        /** Evenly from T-1 downwards. */
        TRAILING,
        /** Both ends, rounded between. */
        LINSPACE
    }

    /** Variance of the noise a DDPM step adds (arXiv:2006.11239, section 3.2). */
    public enum VarianceType {
        /** β̃_t, right when the data is one point. */
        FIXED_SMALL,
        /** The same number, by way of its logarithm. */
        FIXED_SMALL_LOG,
        /** β_t, right when the data is white noise. */
        FIXED_LARGE
    }

    /** Stable Diffusion 1.x: scaled linear β from 0.00085 to 0.012, noise prediction, nothing clipped. */
    public static SchedulerConfig stableDiffusion() {
        return stableDiffusion("PNDMScheduler");
    }

    /**
     * The same with another of diffusers' schedulers, as the later Stable Diffusions have it.
     *
     * @param className diffusers' name, such as {@code EulerDiscreteScheduler}
     */
    public static SchedulerConfig stableDiffusion(String className) {
        return new SchedulerConfig(
                1000,
                0.00085,
                0.012,
                BetaSchedule.SCALED_LINEAR,
                false,
                PredictionType.EPSILON,
                TimestepSpacing.LEADING,
                1,
                false,
                false,
                1,
                false,
                0.995,
                1,
                VarianceType.FIXED_SMALL,
                className,
                true,
                SigmaConfig.DEFAULT,
                DpmSolverConfig.DEFAULT,
                UniPcConfig.DEFAULT,
                LcmConfig.DEFAULT);
    }

    /** This configuration with another choice of timesteps. */
    public SchedulerConfig withSpacing(TimestepSpacing spacing) {
        return with(rescaleBetasZeroSnr, predictionType, spacing, sigmas, dpmSolver);
    }

    /** This configuration for a model that predicts something else. */
    public SchedulerConfig withPrediction(PredictionType prediction) {
        return with(rescaleBetasZeroSnr, prediction, timestepSpacing, sigmas, dpmSolver);
    }

    /** This configuration for a model whose last timestep is pure noise. */
    public SchedulerConfig withZeroTerminalSnr() {
        return with(true, predictionType, timestepSpacing, sigmas, dpmSolver);
    }

    /** This configuration with noise levels placed otherwise. */
    SchedulerConfig withSigmas(SigmaConfig.Spacing spacing) {
        return with(rescaleBetasZeroSnr, predictionType, timestepSpacing, sigmas.with(spacing), dpmSolver);
    }

    /** This configuration with another DPM-Solver. */
    SchedulerConfig withDpmSolver(DpmSolverConfig solver) {
        return with(rescaleBetasZeroSnr, predictionType, timestepSpacing, sigmas, solver);
    }

    private SchedulerConfig with(
            boolean zeroTerminalSnr,
            PredictionType prediction,
            TimestepSpacing spacing,
            SigmaConfig levels,
            DpmSolverConfig solver) {
        return new SchedulerConfig(
                numTrainTimesteps,
                betaStart,
                betaEnd,
                betaSchedule,
                zeroTerminalSnr,
                prediction,
                spacing,
                stepsOffset,
                setAlphaToOne,
                clipSample,
                clipSampleRange,
                thresholding,
                dynamicThresholdingRatio,
                sampleMaxValue,
                varianceType,
                className,
                skipPrkSteps,
                levels,
                solver,
                uniPc,
                lcm);
    }

    /**
     * Reads a {@code scheduler_config.json}.
     *
     * @throws UserException if it cannot be read or holds values that mean nothing, all of them listed
     */
    public static SchedulerConfig read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new UserException(
                    file
                            + ": cannot be read; a model folder in the diffusers layout has"
                            + " scheduler/scheduler_config.json",
                    e);
        }
    }

    /**
     * Reads the JSON text. A key that is left out has the default that diffusers' class of that name gives it; of what a
     * file says nothing about, DDIM and DDPM clip and the others do not.
     *
     * @param place file name for messages
     * @throws UserException as {@link #read}
     */
    public static SchedulerConfig parse(String json, String place) {
        var reader = new SchedulerReader(place, json);
        String name = reader.text("_class_name", "");
        requireDiffusion(reader, name);
        boolean distilled = name.equals("LCMScheduler");
        boolean small = distilled || name.equals("HeunDiscreteScheduler");
        var config = new SchedulerConfig(
                (int) reader.number("num_train_timesteps", 1000, 1, 1_000_000),
                reader.number("beta_start", small ? 0.00085 : 0.0001, 0, 1),
                reader.number("beta_end", small ? 0.012 : 0.02, 0, 1),
                reader.choice("beta_schedule", distilled ? BetaSchedule.SCALED_LINEAR : BetaSchedule.LINEAR),
                reader.flag("rescale_betas_zero_snr", false),
                reader.choice("prediction_type", PredictionType.EPSILON),
                reader.choice(
                        "timestep_spacing",
                        LINSPACE_BY_DEFAULT.contains(name) ? TimestepSpacing.LINSPACE : TimestepSpacing.LEADING),
                (int) reader.number("steps_offset", 0, 0, 1_000_000),
                reader.flag("set_alpha_to_one", !name.equals("PNDMScheduler")),
                reader.flag("clip_sample", CLIP_BY_DEFAULT.contains(name)),
                reader.number("clip_sample_range", 1, 0, 1e6),
                reader.flag("thresholding", false),
                reader.number("dynamic_thresholding_ratio", 0.995, 0, 1),
                reader.number("sample_max_value", 1, 0, 1e6),
                reader.choice("variance_type", VarianceType.FIXED_SMALL),
                name,
                reader.flag("skip_prk_steps", false),
                SigmaConfig.read(reader),
                name.equals("DPMSolverMultistepScheduler") ? DpmSolverConfig.read(reader) : DpmSolverConfig.DEFAULT,
                name.equals("UniPCMultistepScheduler") ? UniPcConfig.read(reader) : UniPcConfig.DEFAULT,
                LcmConfig.read(reader));
        if (config.dpmSolver.algorithm() == DpmSolverConfig.Algorithm.SDE_DPMSOLVER
                && config.sigmas.last() == SigmaConfig.Last.ZERO) {
            reader.problem("final_sigmas_type zero does not go with algorithm_type sde-dpmsolver, which never removes"
                    + " its last noise; use sigma_min, or sde-dpmsolver++");
        }
        reader.refuse("trained_betas", "give beta_start, beta_end and beta_schedule");
        reader.refuse("solver_p", "leave it out, UniPC predicts by itself");
        reader.finish();
        return config;
    }

    /** Flow matching and EDM's preconditioning are other processes than the one this package knows. */
    private static void requireDiffusion(SchedulerReader reader, String name) {
        if (name.startsWith("FlowMatch") || name.startsWith("EDM")) {
            reader.problem("_class_name '" + name + "' is not of a model with discrete noise levels β; such models are"
                    + " not supported");
        }
        for (String key : List.of("use_flow_sigmas", "use_dynamic_shifting", "shift_terminal")) {
            reader.refuse(key, "it belongs to flow matching, which is another process");
        }
    }
}
