package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.scedit.api.Picture;
import org.scedit.core.diffusion.Sampler;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.Denoiser;
import org.scedit.core.generate.Original;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.Start;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.weights.SafetensorsFile;

/**
 * Text to image and image to image through {@link Denoiser}: text states, first guided prediction, latents of every step,
 * picture.
 */
final class PipelineCheck implements GoldenCheck {
    private static final double LATENTS = 1e-3;
    private static final double IMAGE = 2e-3;

    /** One recorded run. */
    private record Variant(String tag, double tunerScale, double rescale, double eta, boolean fromPicture) {}

    private static final List<Variant> VARIANTS = List.of(
            new Variant("base", 0, 0, 0, false),
            new Variant("sc", 1, 0, 0, false),
            new Variant("sc0.5", 0.5, 0, 0, false),
            new Variant("base_rescale0.7", 0, 0.7, 0, false),
            new Variant("base_eta1", 0, 0, 1, false),
            new Variant("img2img", 0, 0, 0, true));

    @Override
    public void check(GoldenCase goldenCase) throws IOException {
        Tensors io = goldenCase.tensors("io.safetensors");
        JsonObject parts = goldenCase.settings().getAsJsonObject("parts");
        var tunerFile =
                SafetensorsFile.open(goldenCase.file(parts.get("sc_tuner").getAsString()));
        var scheduler =
                SchedulerConfig.read(goldenCase.file(parts.get("scheduler").getAsString() + "scheduler_config.json"));
        try (NDManager manager = Torch.newManager();
                var unet = new TunedUNet(Models.unet(goldenCase, folder(parts, "unet"), manager), Precision.FLOAT32);
                TunerInstance tuner = ClassPathTuners.load("sc-tuner", unet.unet(), tunerFile)) {
            Autoencoder autoencoder = Models.autoencoder(goldenCase, folder(parts, "vae"), manager);
            TextEncoder encoder = Models.textEncoder(goldenCase, folder(parts, "text_encoder"), manager);
            long[][] ids = {io.rows("in.uncond_ids")[0], io.rows("in.cond_ids")[0]};
            goldenCase.output(io, "out.uncond_states", encoder.forward(manager, new long[][] {ids[0]}));
            goldenCase.output(io, "out.cond_states", encoder.forward(manager, new long[][] {ids[1]}));
            NDArray states = encoder.forward(manager, ids);
            for (Variant variant : VARIANTS) {
                unet.attach(tuner, variant.tunerScale());
                check(goldenCase, io, variant, new Denoiser(unet, scheduler), scheduler, states, autoencoder);
            }
        }
    }

    private static String folder(JsonObject parts, String part) {
        return parts.get(part).getAsString() + "/";
    }

    private static void check(
            GoldenCase goldenCase,
            Tensors io,
            Variant variant,
            Denoiser denoiser,
            SchedulerConfig scheduler,
            NDArray states,
            Autoencoder autoencoder)
            throws IOException {
        JsonObject recorded = goldenCase.settings().getAsJsonObject("settings");
        int steps = recorded.get("steps").getAsInt();
        String out = "out." + variant.tag() + ".";
        Shape picture = io.shape(out + "image");
        var sampling = new Sampling(
                Optional.of(SamplerName.DDIM), Optional.empty(), steps, scheduler.timestepSpacing(), variant.eta());
        Optional<Start> start = variant.fromPicture()
                ? Optional.of(start(io, recorded.get("strength_img2img").getAsDouble(), picture))
                : Optional.empty();
        var settings = new Pipeline.Settings(
                "",
                sampling,
                recorded.get("guidance_scale").getAsDouble(),
                variant.rescale(),
                (int) picture.get(3),
                (int) picture.get(2),
                start);
        Sampler sampler = sampling.sampler(scheduler);
        List<Original> originals = new ArrayList<>();
        long[] expected = io.expectedLongs(out + "timesteps");
        int begin = sampler.timesteps().length - expected.length;
        for (int i = 0; i < expected.length; i++) {
            goldenCase.number(out + "timesteps " + i, sampler.timesteps()[begin + i], expected[i], 0);
        }
        if (variant.fromPicture()) {
            float[] encoded = encoded(goldenCase, io, autoencoder, states.getManager());
            originals.add(new Original(encoded, new float[0], new float[0]));
            goldenCase.relativeToLargest(
                    io, out + "start_latents", LATENTS, sampler.addNoise(encoded, io.floats("in.noise"), begin));
        }
        List<float[]> latents = denoiser.denoise(
                List.of(io.floats("in.noise")),
                originals,
                io.shape("in.noise"),
                TextCondition.of(states),
                settings,
                (index, step) -> length -> io.floats("in.eta1_noise." + step),
                (index, step, prediction, after) -> {
                    if (step == 0) {
                        goldenCase.relativeToLargest(io, out + "noise_pred.0", LATENTS, prediction);
                    }
                    goldenCase.relativeToLargest(io, out + "latents." + step, LATENTS, after);
                });
        picture(goldenCase, io, out, latents.get(0), autoencoder, states.getManager());
    }

    private static Start start(Tensors io, double strength, Shape picture) {
        var pixels = Picture.fromTensor(io.floats("in.image"), (int) picture.get(3), (int) picture.get(2));
        return new Start(pixels, strength, Optional.empty());
    }

    /** A draw from the picture's latents with the recorded noise. */
    private static float[] encoded(GoldenCase goldenCase, Tensors io, Autoencoder autoencoder, NDManager manager) {
        NDArray moments = autoencoder.encode(io.array(manager, "in.image"));
        float[] encoded = Torch.floats(autoencoder.mean(moments));
        float[] logVariance = Torch.floats(autoencoder.logVariance(moments));
        float[] noise = io.floats("in.encode_noise");
        for (int i = 0; i < encoded.length; i++) {
            double drawn = encoded[i] + Math.exp(0.5 * logVariance[i]) * noise[i];
            encoded[i] = (float) (autoencoder.scalingFactor() * drawn);
        }
        goldenCase.relativeToLargest(io, "out.img2img.encoded", LATENTS, encoded);
        return encoded;
    }

    private static void picture(
            GoldenCase goldenCase,
            Tensors io,
            String out,
            float[] latents,
            Autoencoder autoencoder,
            NDManager manager) {
        float[] unscaled = new float[latents.length];
        for (int i = 0; i < unscaled.length; i++) {
            unscaled[i] = (float) (latents[i] / autoencoder.scalingFactor());
        }
        float[] decoded = Torch.floats(autoencoder.decode(Torch.of(manager, unscaled, io.shape("in.noise"))));
        goldenCase.relativeToLargest(io, out + "decoded", LATENTS, decoded);
        float[] image = new float[decoded.length];
        for (int i = 0; i < image.length; i++) {
            image[i] = Math.max(0, Math.min(1, decoded[i] / 2 + 0.5f));
        }
        goldenCase.output(io, out + "image", IMAGE, image);
    }
}
