package org.scedit.core.diffusion;

import java.util.OptionalDouble;

/**
 * How the samplers that work on noise levels σ place them: keys of {@code scheduler_config.json} that have the same
 * meaning for Euler, Heun, DPM-Solver and UniPC.
 *
 * @param spacing        between the noisiest and the cleanest
 * @param last           what the last step leads to
 * @param least          cleanest σ of a spacing other than that of the timesteps; empty: the schedule's
 * @param most           noisiest likewise
 * @param logLinear      {@code interpolation_type: log_linear}: Euler's σ even in log σ, whatever the timesteps
 * @param continuous     {@code timestep_type: continuous}: a velocity model is told ¼ log σ for its timestep
 * @param leastLogSignal {@code lambda_min_clipped}: DPM-Solver leaves out noise levels with log √(ᾱ/(1−ᾱ)) below it
 */
public record SigmaConfig(
        Spacing spacing,
        Last last,
        OptionalDouble least,
        OptionalDouble most,
        boolean logLinear,
        boolean continuous,
        double leastLogSignal) {

    /** How σ falls. */
    public enum Spacing {
        /** As at the timesteps. */
        TIMESTEPS,
        /** Even in σ^(1/7) (Karras et al. 2022, arXiv:2206.00364, eq. 5). */
        KARRAS,
        /** Even in log σ. */
        EXPONENTIAL,
        /** Quantiles of the beta distribution with α = β = 0.6 (arXiv:2407.12173). */
        BETA,
        /** Even in log σ over all noise levels (Lu et al. 2022, arXiv:2206.00927); DPM-Solver's. */
        LU
    }

    /** The σ after the last timestep's. */
    public enum Last {
        /** None: a clean picture. */
        ZERO,
        /** That of timestep 0. */
        SIGMA_MIN
    }

    /** What holds where a file says nothing. */
    public static final SigmaConfig DEFAULT = new SigmaConfig(
            Spacing.TIMESTEPS,
            Last.ZERO,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            false,
            false,
            Double.NEGATIVE_INFINITY);

    static SigmaConfig read(SchedulerReader reader) {
        return new SigmaConfig(
                spacing(reader),
                reader.choice("final_sigmas_type", Last.ZERO),
                optional(reader, "sigma_min"),
                optional(reader, "sigma_max"),
                reader.choice("interpolation_type", Interpolation.LINEAR) == Interpolation.LOG_LINEAR,
                reader.choice("timestep_type", Timestep.DISCRETE) == Timestep.CONTINUOUS,
                reader.infiniteOrNumber("lambda_min_clipped", Double.NEGATIVE_INFINITY));
    }

    private enum Interpolation {
        LINEAR,
        LOG_LINEAR
    }

    private enum Timestep {
        DISCRETE,
        CONTINUOUS
    }

    private static Spacing spacing(SchedulerReader reader) {
        return reader.onlyOne("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas")
                .map(key -> switch (key) {
                    case "use_karras_sigmas" -> Spacing.KARRAS;
                    case "use_exponential_sigmas" -> Spacing.EXPONENTIAL;
                    case "use_beta_sigmas" -> Spacing.BETA;
                    default -> Spacing.LU;
                })
                .orElse(Spacing.TIMESTEPS);
    }

    private static OptionalDouble optional(SchedulerReader reader, String key) {
        double value = reader.number(key, 0, 0, 1e6);
        return value == 0 ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The same with another spacing. */
    SigmaConfig with(Spacing other) {
        return new SigmaConfig(other, last, least, most, logLinear, continuous, leastLogSignal);
    }
}
