package org.scedit.core.diffusion;

import java.util.List;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.diffusion.SigmaConfig.Spacing;

/**
 * How pictures are sampled.
 *
 * @param sampler empty: the one the model comes with
 * @param karras  whether noise levels are placed by Karras' spacing (arXiv:2206.00364, eq. 5); empty: as the model's
 *     scheduler says
 * @param steps   denoising steps, at least 1
 * @param spacing of the timesteps
 * @param eta     DDIM's share of fresh noise, 0 (none) to 1
 */
public record Sampling(
        Optional<SamplerName> sampler, Optional<Boolean> karras, int steps, TimestepSpacing spacing, double eta) {
    /** Those that are written in ᾱ and divide by √ᾱ. */
    private static final List<SamplerName> BY_TIMESTEP = List.of(SamplerName.DDIM, SamplerName.DDPM, SamplerName.LCM);

    /** As the model's scheduler says, in every way. */
    public static Sampling asIs(SchedulerConfig model, int steps, double eta) {
        return new Sampling(Optional.empty(), Optional.empty(), steps, model.timestepSpacing(), eta);
    }

    /**
     * A new sampler.
     *
     * @param model what the model was trained with
     * @throws UserException if the sampler does not go with the model or the number of steps
     */
    public Sampler sampler(SchedulerConfig model) {
        SamplerName name = sampler.orElseGet(() -> SamplerName.of(model));
        if (karras.orElse(false) && !name.canSpaceSigmas()) {
            throw new UserException("karras: sampler " + name.word() + " goes by timesteps and has no noise levels to"
                    + " place; leave it out, or use another sampler, such as dpm++-2m or euler");
        }
        SchedulerConfig spaced = model.withSpacing(spacing);
        SchedulerConfig config = karras.map(wanted -> spaced.withSigmas(wanted ? Spacing.KARRAS : Spacing.TIMESTEPS))
                .orElse(spaced);
        var schedule = new NoiseSchedule(config);
        Sampler made = name.make(schedule, steps, eta);
        if (BY_TIMESTEP.contains(name)
                && config.predictionType() == PredictionType.EPSILON
                && schedule.alphaBar((int) made.timesteps()[0]) == 0) {
            throw new UserException("sampler " + name.word() + " cannot start from pure noise with a model that"
                    + " predicts noise (prediction_type epsilon with rescale_betas_zero_snr); use leading spacing or"
                    + " sampler euler");
        }
        return made;
    }
}
