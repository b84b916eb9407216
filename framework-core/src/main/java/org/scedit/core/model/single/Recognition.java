package org.scedit.core.model.single;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.scedit.core.UserException;

/** What the names of a file's tensors say of a file that is no supported model, and which tensors hold no weights. */
final class Recognition {
    /** The end of messages. */
    static final String SUPPORTED = "supported are Stable Diffusion 1.x, 2.x, their inpainting models and SDXL base";

    /** Where a whole model's U-Net is. */
    static final String UNET = "model.diffusion_model.";

    /** A piece of a tensor's name → what the file looks like. The first that is found counts. */
    private static final Map<Pattern, String> LOOKS = looks();

    /** Names that diffusers gives to a U-Net's parts, or to networks of which one file holds several. */
    private static final Pattern OF_DIFFUSERS =
            Pattern.compile("^(unet|vae|text_encoder|(down|up)_blocks|mid_block)\\.");

    /**
     * Buffers of the noise schedule, of averages, of losses and counters, which are no weights or are not needed: the
     * schedule is told from the architecture, and the averaged weights are not those that were asked for.
     */
    private static final Pattern IGNORED =
            Pattern.compile("model_ema\\..*|(.*\\.)?position_ids|first_stage_model\\.loss\\..*"
                    + "|betas|alphas_cumprod(_prev)?|sqrt_.*|log_one_minus_alphas_cumprod|posterior_.*|logvar|lvlb_weights"
                    + "|cond_stage_model\\.(transformer\\.)?(logit_scale|text_projection(\\.weight)?)"
                    + "|conditioner\\.embedders\\.0\\.(transformer\\.)?(logit_scale|text_projection(\\.weight)?)"
                    + "|denoiser\\.(sigmas|log_sigmas)|global_step|epoch|iteration");

    /** Tensors that tell by being there that a model predicts velocity, and that its last timestep is pure noise. */
    static final String VELOCITY = "v_pred";

    static final String ZERO_TERMINAL_SNR = "ztsnr";
    /** What latents are multiplied by, where it was measured on the data. */
    static final String SCALE_FACTOR = "scale_factor";

    private static final Set<String> FACTS = Set.of(VELOCITY, ZERO_TERMINAL_SNR, SCALE_FACTOR);

    private Recognition() {}

    /** Whether a tensor is no weight but tells something of the model. */
    static boolean isFact(String key) {
        return FACTS.contains(key);
    }

    private static Map<Pattern, String> looks() {
        Map<Pattern, String> looks = new LinkedHashMap<>();
        looks.put(
                Pattern.compile("lora_unet_|lora_te|\\.lora_[AB]\\.|\\.lora\\.(up|down)"),
                "a LoRA; name it as a tuner");
        looks.put(Pattern.compile("^control_model\\.|controlnet_"), "a ControlNet; name it as a tuner");
        looks.put(Pattern.compile("(^|\\.)double_blocks\\."), "a model of the Flux family");
        looks.put(Pattern.compile("(^|\\.)joint_blocks\\."), "Stable Diffusion 3");
        looks.put(Pattern.compile("time_stack\\.|time_mixer\\.|temporal_transformer"), "a video model");
        looks.put(
                Pattern.compile("^model\\.diffusion_model\\.(blocks|transformer_blocks)\\."),
                "a diffusion transformer");
        looks.put(
                Pattern.compile("^down_blocks\\.\\d+\\.resnets\\."),
                "the U-Net of a folder in diffusers' layout; name that folder");
        looks.put(
                Pattern.compile("^(encoder\\.down(_blocks)?|decoder\\.up(_blocks)?)\\."),
                "an autoencoder alone; name it as model.vae, or with --vae, beside a model");
        looks.put(
                Pattern.compile("^(text_model|transformer\\.resblocks)\\."),
                "a text encoder alone; name it as model.text_encoder, or with --text-encoder, beside a model");
        return looks;
    }

    /** Whether a tensor is known and holds nothing that is needed. */
    static boolean isIgnored(String key) {
        return IGNORED.matcher(key).matches();
    }

    /** Why a file without a U-Net of Latent Diffusion is no model. */
    static UserException noModel(Path file, Iterable<String> keys) {
        return new UserException(
                file + ": is no model in the layout of Latent Diffusion (no tensor's name begins with '" + UNET + "')"
                        + look(keys).map(what -> "; it looks like " + what).orElse("") + "; " + SUPPORTED);
    }

    /**
     * Refuses a file that has the U-Net of Latent Diffusion's name and another architecture, or two layouts.
     *
     * @throws UserException that says what it looks like
     */
    static void requireSupported(Path file, Iterable<String> keys) {
        for (String key : keys) {
            if (OF_DIFFUSERS.matcher(key).find()) {
                throw new UserException(file + ": mixes two layouts: it names the U-Net '" + UNET
                        + "' as Latent Diffusion does" + " and '" + key
                        + "' as diffusers does; take one of them, or the file from its source again");
            }
        }
        look(keys).ifPresent(what -> {
            throw new UserException(
                    file + ": looks like " + what + ", which is not supported as a model; " + SUPPORTED);
        });
    }

    private static Optional<String> look(Iterable<String> keys) {
        for (Map.Entry<Pattern, String> each : LOOKS.entrySet()) {
            for (String key : keys) {
                if (each.getKey().matcher(key).find()) {
                    return Optional.of(each.getValue());
                }
            }
        }
        return Optional.empty();
    }
}
