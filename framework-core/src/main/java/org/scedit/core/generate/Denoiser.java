package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.scedit.core.diffusion.Guidance;
import org.scedit.core.diffusion.NoiseSource;
import org.scedit.core.diffusion.Sampler;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.TextCondition;

/**
 * The denoising loop with classifier-free guidance: noise and text states to latents. From a picture it starts at a later
 * step (SDEdit, arXiv:2108.01073). Where that is kept it is put back after every step with the noise that belongs there
 * (RePaint, arXiv:2201.09865, without resampling), unless the U-Net was trained for inpainting and takes mask and
 * picture as channels beside the latents.
 */
public final class Denoiser {
    /** Noise that a sampler adds on the way. */
    @FunctionalInterface
    public interface FreshNoise {
        /**
         * @param picture which picture, counted from 0
         * @param step    which denoising step, counted from 0
         */
        NoiseSource of(int picture, int step);
    }

    private final TunedUNet unet;
    private final SchedulerConfig scheduler;

    /** @param scheduler what the U-Net was trained with */
    public Denoiser(TunedUNet unet, SchedulerConfig scheduler) {
        this.unet = unet;
        this.scheduler = scheduler;
    }

    /**
     * Denoises some pictures together.
     *
     * @param noise    standard normal numbers of each picture, {@code channels · height · width}; not changed
     * @param originals of each picture what it starts from; empty for all from noise
     * @param one      the shape of one picture's latents, {@code (1, channels, height, width)}
     * @param text     for each picture; with guidance twice as many, those of the negative prompts first
     * @param fresh    asked where the sampler adds noise
     * @param observer told after every step, counted from the first that is taken
     * @return latents of each picture, still multiplied by the autoencoder's scale
     */
    public List<float[]> denoise(
            List<float[]> noise,
            List<Original> originals,
            Shape one,
            TextCondition text,
            Pipeline.Settings settings,
            FreshNoise fresh,
            Pipeline.Observer observer) {
        // one for each picture, as a sampler remembers its steps
        List<Sampler> samplers = new ArrayList<>();
        for (int i = 0; i < noise.size(); i++) {
            samplers.add(settings.sampling().sampler(scheduler));
        }
        Sampler sampler = samplers.get(0);
        int begin = sampler.begin(settings.skipped());
        List<float[]> latents = new ArrayList<>();
        for (int i = 0; i < noise.size(); i++) {
            boolean fromNoise = originals.isEmpty()
                    || settings.skipped() == 0 && originals.get(i).mask().length > 0;
            latents.add(
                    fromNoise
                            ? scaled(noise.get(i), sampler.initNoiseSigma())
                            : sampler.addNoise(originals.get(i).latents(), noise.get(i), begin));
        }
        int last = sampler.timesteps().length - 1;
        for (int step = begin; step <= last; step++) {
            unet.progress(last == 0 ? 0 : (double) step / last);
            List<float[]> predictions = predict(sampler, step, latents, originals, one, text, settings);
            for (int i = 0; i < latents.size(); i++) {
                Sampler.Result result =
                        samplers.get(i).step(predictions.get(i), step, latents.get(i), fresh.of(i, step - begin));
                latents.set(i, result.sample());
                if (!originals.isEmpty() && putsBack(originals.get(i))) {
                    float[] picture = originals.get(i).latents();
                    float[] there = step == last ? picture : sampler.addNoise(picture, noise.get(i), step + 1);
                    latents.set(i, originals.get(i).keeping(latents.get(i), there));
                }
                observer.step(i, step - begin, predictions.get(i), latents.get(i));
            }
        }
        unet.progress(0);
        return latents;
    }

    private static boolean putsBack(Original original) {
        return original.mask().length > 0 && original.kept().length == 0;
    }

    private static float[] scaled(float[] noise, double factor) {
        float[] scaled = noise.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= (float) factor;
        }
        return scaled;
    }

    /** The guided noise prediction of each picture. */
    private List<float[]> predict(
            Sampler sampler,
            int step,
            List<float[]> latents,
            List<Original> originals,
            Shape one,
            TextCondition text,
            Pipeline.Settings settings) {
        boolean guided = settings.guidance() > 1;
        int count = latents.size();
        int size = (int) one.size();
        int batch = guided ? 2 * count : count;
        List<float[]> channels = new ArrayList<>();
        for (int i = 0; i < batch; i++) {
            channels.add(sampler.scaleModelInput(latents.get(i % count), step));
            if (!originals.isEmpty() && originals.get(i % count).kept().length > 0) {
                channels.add(originals.get(i % count).mask());
                channels.add(originals.get(i % count).kept());
            }
        }
        float[] input = joined(channels);
        float[] timesteps = new float[batch];
        Arrays.fill(timesteps, (float) sampler.timesteps()[step]);
        float[] output;
        try (Scope scope = new Scope()) {
            long planes = input.length / (batch * one.get(2) * one.get(3));
            NDArray x = Torch.of(text.states().getManager(), input, new Shape(batch, planes, one.get(2), one.get(3)));
            output = Torch.floats(unet.forward(x, timesteps, text));
        }
        List<float[]> predictions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[] prediction = Arrays.copyOfRange(output, i * size, (i + 1) * size);
            if (guided) {
                float[] conditional = Arrays.copyOfRange(output, (count + i) * size, (count + i + 1) * size);
                prediction = Guidance.classifierFree(prediction, conditional, settings.guidance());
                if (settings.guidanceRescale() > 0) {
                    prediction = Guidance.rescale(prediction, conditional, settings.guidanceRescale());
                }
            }
            predictions.add(prediction);
        }
        return predictions;
    }

    private static float[] joined(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
