package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Framing;
import org.scedit.core.data.MapTensors;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.TiledAutoencoder;

/**
 * Text to image, image to image and inpainting: prompts to text states, noise and perhaps a picture to latents by a
 * sampler with classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598), latents to pictures. The numbers are
 * those of diffusers' {@code StableDiffusionPipeline}, {@code StableDiffusionXLPipeline} and their siblings.
 */
public final class Pipeline {
    /** Pictures are drawn together as long as their latents have no more pixels than one of 64×64. */
    private static final int LATENT_PIXELS = 64 * 64;

    /**
     * How pictures are drawn.
     *
     * @param negativePrompt  what guidance leads away from; usually empty
     * @param sampling        steps and sampler
     * @param guidance        classifier-free guidance scale; 1 or less evaluates the prompt alone
     * @param guidanceRescale share of the rescaling of Lin et al. 2023 (arXiv:2305.08891), 0..1
     * @param width           of the pictures in pixels, a multiple of the autoencoder's downsampling
     * @param height          likewise
     * @param start           the picture that all start from; empty: from noise
     */
    public record Settings(
            String negativePrompt,
            Sampling sampling,
            double guidance,
            double guidanceRescale,
            int width,
            int height,
            Optional<Start> start) {
        /** How many of the noisiest steps are left out. */
        int skipped() {
            return start.map(from -> from.skipped(sampling.steps())).orElse(0);
        }
    }

    /** Sees the pictures come about. */
    public interface Observer {
        /** Sees nothing. */
        Observer NONE = (picture, step, noisePrediction, latents) -> {};

        /**
         * @param picture         which picture, counted from 0
         * @param step            which denoising step, counted from 0
         * @param noisePrediction guided, {@code channels · height · width} numbers
         * @param latents         after the step, likewise
         */
        void step(int picture, int step, float[] noisePrediction, float[] latents);
    }

    /** The condition maps of the pictures that are drawn. */
    @FunctionalInterface
    public interface Maps {
        /** None: a tuner that asks for one is refused. */
        Maps NONE = (name, picture) -> {
            throw new UserException("a tuner needs the condition map '" + name + "', and none was given");
        };

        /**
         * @param name    of a condition that a tuner takes
         * @param picture which picture, counted from 0
         * @return of the picture's size
         */
        Picture map(String name, int picture);
    }

    private final DiffusionModel model;
    private final TunedUNet unet;
    private final TextStates texts;
    private final TiledAutoencoder autoencoder;
    private final PictureEncoder encoder;

    /**
     * @param unet    the model's, with its tuners
     * @param notices takes a line for every prompt that was too long and cut
     */
    public Pipeline(DiffusionModel model, TunedUNet unet, Consumer<String> notices) {
        this(model, unet, new TextStates(model, notices));
    }

    /**
     * @param unet  the model's, with its tuners
     * @param texts of the model
     */
    public Pipeline(DiffusionModel model, TunedUNet unet, TextStates texts) {
        this.model = model;
        this.unet = unet;
        this.texts = texts;
        autoencoder = new TiledAutoencoder(model.autoencoder());
        encoder = new PictureEncoder(model.autoencoder());
    }

    /**
     * Draws one picture for each prompt.
     *
     * @param prompts at least one
     * @param seed    of the first picture's noise, that of {@code torch.manual_seed(seed)}; each further picture takes
     *     the next number, so that a picture does not depend on what is drawn beside it
     */
    public List<Picture> draw(List<String> prompts, long seed, Settings settings, Observer observer) {
        return draw(prompts, seed, settings, Maps.NONE, observer);
    }

    /**
     * Draws one picture for each prompt, with tuners that take condition maps.
     *
     * @param seed of the first picture's noise; each further picture takes the next number
     * @param maps asked for what the tuners on the U-Net take
     */
    public List<Picture> draw(List<String> prompts, long seed, Settings settings, Maps maps, Observer observer) {
        long[] seeds = new long[prompts.size()];
        Arrays.setAll(seeds, i -> seed + i);
        return draw(prompts, seeds, settings, maps, observer);
    }

    /**
     * Draws one picture for each prompt with a seed for each.
     *
     * @param maps asked for what the tuners on the U-Net take
     */
    public List<Picture> draw(List<String> prompts, long[] seeds, Settings settings, Maps maps, Observer observer) {
        if (model.inpaints() && settings.start().flatMap(Start::mask).isEmpty()) {
            throw new UserException(
                    model.folder() + ": its U-Net is for inpainting and takes a picture and a mask;" + " give both");
        }
        int down = model.autoencoder().downsampling();
        int together = Math.max(1, LATENT_PIXELS / (settings.width() / down * settings.height() / down));
        List<Picture> pictures = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += together) {
            int to = Math.min(prompts.size(), from + together);
            int first = from;
            List<float[]> latents = denoise(
                    prompts.subList(from, to),
                    Arrays.copyOfRange(seeds, from, to),
                    settings,
                    (name, picture) -> maps.map(name, first + picture),
                    (picture, step, noise, after) -> observer.step(first + picture, step, noise, after));
            for (float[] each : latents) {
                pictures.add(decode(each, settings.width(), settings.height()));
            }
        }
        return pictures;
    }

    /** The final latents of each prompt, {@code channels · height · width} numbers, still multiplied by the VAE's scale. */
    private List<float[]> denoise(List<String> prompts, long[] seeds, Settings settings, Maps maps, Observer observer) {
        int down = model.autoencoder().downsampling();
        Shape one =
                new Shape(1, model.autoencoder().latentChannels(), settings.height() / down, settings.width() / down);
        try (NDManager manager = Torch.newManager();
                Scope all = new Scope()) {
            unet.conditions(name -> conditions(manager, name, prompts.size(), settings, maps));
            List<float[]> noise = new ArrayList<>();
            for (long seed : seeds) {
                noise.add(Torch.floats(Torch.normal(manager, seed, one)));
            }
            List<Original> originals = new ArrayList<>();
            if (settings.start().isPresent()) {
                for (long seed : seeds) {
                    originals.add(original(manager, settings.start().get(), seed));
                }
            }
            List<Optional<String>> texts = new ArrayList<>();
            if (settings.guidance() > 1) {
                Optional<String> negative =
                        Optional.of(settings.negativePrompt()).filter(text -> !text.isEmpty());
                texts.addAll(Collections.nCopies(prompts.size(), negative));
            }
            prompts.forEach(prompt -> texts.add(Optional.of(prompt)));
            Framing framing = Framing.whole(settings.width(), settings.height());
            return new Denoiser(unet, model.scheduler())
                    .denoise(
                            noise,
                            originals,
                            one,
                            this.texts.of(manager, texts, Collections.nCopies(texts.size(), framing)),
                            settings,
                            (picture, step) -> length -> noise(seeds[picture], step, length),
                            observer);
        }
    }

    private Original original(NDManager manager, Start start, long seed) {
        float[] latents = latents(manager, start.picture(), start.picture().toTensor(), seed, "picture");
        float[] kept = model.inpaints() ? latents(manager, start.picture(), start.kept(), seed, "kept") : new float[0];
        return new Original(latents, start.latentMask(model.autoencoder().downsampling()), kept);
    }

    private float[] latents(NDManager manager, Picture size, float[] pixels, long seed, String purpose) {
        return encoder.latents(manager, pixels, size.width(), size.height(), Randomness.seed(seed, purpose, 0));
    }

    /** Encodes every prompt anew from now on; needed when the text encoder's weights have changed. */
    public void textEncoderChanged() {
        texts.forget();
    }

    /** One map a picture; with guidance once more for the negative prompts, which are drawn from the same maps. */
    private static NDArray conditions(NDManager manager, String name, int pictures, Settings settings, Maps maps) {
        List<Picture> batch = new ArrayList<>();
        for (int i = 0; i < (settings.guidance() > 1 ? 2 * pictures : pictures); i++) {
            Picture map = maps.map(name, i % pictures);
            if (map.width() != settings.width() || map.height() != settings.height()) {
                throw new UserException("the map of condition '" + name + "' is of " + map.width() + "x" + map.height()
                        + " pixels, the picture of " + settings.width() + "x" + settings.height()
                        + "; make them of one size");
            }
            batch.add(map);
        }
        return MapTensors.of(manager, batch);
    }

    private static float[] noise(long seed, int step, int length) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            return Torch.floats(Torch.normal(manager, Randomness.seed(seed, "sampler", step), new Shape(length)));
        }
    }

    private Picture decode(float[] latents, int width, int height) {
        int down = model.autoencoder().downsampling();
        float[] unscaled = new float[latents.length];
        for (int i = 0; i < latents.length; i++) {
            unscaled[i] = (float) (latents[i] / model.autoencoder().scalingFactor());
        }
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray x = Torch.of(
                    manager, unscaled, new Shape(1, model.autoencoder().latentChannels(), height / down, width / down));
            return Picture.fromTensor(Torch.floats(autoencoder.decode(x)), width, height);
        }
    }
}
