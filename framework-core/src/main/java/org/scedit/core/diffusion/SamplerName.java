package org.scedit.core.diffusion;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.scedit.core.Worded;
import org.scedit.core.diffusion.DpmSolverConfig.Algorithm;

/** The samplers there are, as recipes and the command line name them. */
public enum SamplerName implements Worded {
    /** {@link DdimSampler}. */
    DDIM(DdimSampler::new),
    /** {@link DdpmSampler}. */
    DDPM(withoutEta(DdpmSampler::new)),
    /** {@link PndmSampler}. */
    PNDM(withoutEta(PndmSampler::new)),
    /** {@link EulerSampler}. */
    EULER(withoutEta(EulerSampler::deterministic)),
    /** {@link EulerSampler} with fresh noise. */
    EULER_ANCESTRAL(withoutEta(EulerSampler::ancestral)),
    /** {@link HeunSampler}. */
    HEUN(withoutEta(HeunSampler::new)),
    /** {@link DpmSolverSampler} as the model's scheduler configures it. */
    DPM("dpm++", withoutEta(DpmSolverSampler::new)),
    /** {@link DpmSolverSampler} of second order. */
    DPM_2M("dpm++-2m", dpmSolver(2, Algorithm.DPMSOLVER_PLUS)),
    /** {@link DpmSolverSampler} of second order with fresh noise. */
    DPM_2M_SDE("dpm++-2m-sde", dpmSolver(2, Algorithm.SDE_DPMSOLVER_PLUS)),
    /** {@link DpmSolverSampler} of third order. */
    DPM_3M("dpm++-3m", dpmSolver(3, Algorithm.DPMSOLVER_PLUS)),
    /** {@link UniPcSampler}. */
    UNIPC(withoutEta(UniPcSampler::new)),
    /** {@link LcmSampler}. */
    LCM(withoutEta(LcmSampler::new));

    /** Makes a sampler. */
    private interface Maker {
        Sampler make(NoiseSchedule schedule, int steps, double eta);
    }

    private interface MakerWithoutEta {
        Sampler make(NoiseSchedule schedule, int steps);
    }

    private final String word;
    private final Maker maker;

    SamplerName(Maker maker) {
        word = name().toLowerCase(Locale.ROOT).replace('_', '-');
        this.maker = maker;
    }

    SamplerName(String word, Maker maker) {
        this.word = word;
        this.maker = maker;
    }

    private static Maker withoutEta(MakerWithoutEta maker) {
        return (schedule, steps, eta) -> maker.make(schedule, steps);
    }

    private static Maker dpmSolver(int order, Algorithm algorithm) {
        return (schedule, steps, eta) -> {
            SchedulerConfig config = schedule.config();
            return new DpmSolverSampler(
                    new NoiseSchedule(config.withDpmSolver(config.dpmSolver().with(order, algorithm))), steps);
        };
    }

    /**
     * The one that a model comes with; DDIM, which works with every model, where diffusers' class is not known here.
     *
     * @param config the model's
     */
    public static SamplerName of(SchedulerConfig config) {
        return switch (config.className()) {
            case "DDPMScheduler" -> DDPM;
            case "PNDMScheduler" -> PNDM;
            case "EulerDiscreteScheduler" -> EULER;
            case "EulerAncestralDiscreteScheduler" -> EULER_ANCESTRAL;
            case "HeunDiscreteScheduler" -> HEUN;
            case "DPMSolverMultistepScheduler" -> DPM;
            case "UniPCMultistepScheduler" -> UNIPC;
            case "LCMScheduler" -> LCM;
            default -> DDIM;
        };
    }

    /** The one of a word; empty for another word. */
    public static Optional<SamplerName> of(String word) {
        return Arrays.stream(values()).filter(name -> name.word.equals(word)).findFirst();
    }

    /** All words. */
    public static List<String> words() {
        return Arrays.stream(values()).map(SamplerName::word).toList();
    }

    @Override
    public String word() {
        return word;
    }

    /** Whether its noise levels can be placed by Karras' spacing. */
    public boolean canSpaceSigmas() {
        return switch (this) {
            case DDIM, DDPM, PNDM, EULER_ANCESTRAL, LCM -> false;
            default -> true;
        };
    }

    Sampler make(NoiseSchedule schedule, int steps, double eta) {
        return maker.make(schedule, steps, eta);
    }
}
