package org.scedit.core.diffusion;

/**
 * The latent consistency sampler's own keys of {@code scheduler_config.json}.
 *
 * @param originalSteps   {@code original_inference_steps}: the steps of the teacher that the model was distilled from
 * @param timestepScaling of the boundary condition: the higher, the more of the sample is replaced
 */
public record LcmConfig(int originalSteps, double timestepScaling) {
    /** What holds where a file says nothing. */
    public static final LcmConfig DEFAULT = new LcmConfig(50, 10);

    static LcmConfig read(SchedulerReader reader) {
        return new LcmConfig(
                reader.integer("original_inference_steps", 50, 1, 1_000_000),
                reader.number("timestep_scaling", 10, 0, 1e6));
    }
}
