package org.scedit.core.model.single;

import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

/** An architecture of single files, with what the weights of its models do not tell. */
enum Family {
    /** Convolutions as projections, CLIP ViT-L. */
    SD1("Stable Diffusion 1.x", 0.18215, "PNDMScheduler"),
    /** Linear projections, OpenCLIP ViT-H. */
    SD2("Stable Diffusion 2.x", 0.18215, "DDIMScheduler"),
    /** Two text encoders; sizes and crops are embedded. */
    SDXL("SDXL", 0.13025, "EulerDiscreteScheduler");

    private final String words;
    private final double scalingFactor;
    private final String scheduler;

    Family(String words, double scalingFactor, String scheduler) {
        this.words = words;
        this.scalingFactor = scalingFactor;
        this.scheduler = scheduler;
    }

    String words() {
        return words;
    }

    /** What latents are multiplied by for the U-Net. */
    double scalingFactor() {
        return scalingFactor;
    }

    /** The noise schedule, with the scheduler that its folders in diffusers' layout come with. */
    SchedulerConfig scheduler() {
        return SchedulerConfig.stableDiffusion(scheduler);
    }

    /**
     * What its models predict if nothing says otherwise. Stable Diffusion 2's weights are of the same shapes for noise
     * (512 pixels) and velocity (768 pixels); the larger models are the ones in use.
     */
    PredictionType prediction() {
        return this == SD2 ? PredictionType.V_PREDICTION : PredictionType.EPSILON;
    }

    /** Side of the pictures its models were trained on, in pixels. */
    int pictureSize(PredictionType prediction) {
        return switch (this) {
            case SD1 -> 512;
            case SD2 -> prediction == PredictionType.V_PREDICTION ? 768 : 512;
            case SDXL -> 1024;
        };
    }

    /** What the weights of the text encoders begin with. */
    String textPrefix() {
        return switch (this) {
            case SD1 -> "cond_stage_model.transformer.";
            case SD2 -> "cond_stage_model.model.";
            case SDXL -> "conditioner.embedders.0.transformer.";
        };
    }
}
