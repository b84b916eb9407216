package org.scedit.core.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.scedit.core.diffusion.DdimSampler;
import org.scedit.core.diffusion.Guidance;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.diffusion.NoiseSource;
import org.scedit.core.diffusion.Sampler;
import org.scedit.core.diffusion.SchedulerConfig;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.TextCondition;

/** The denoising loop with classifier-free guidance: noise and text states to latents. */
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
     * @param one      the shape of one picture's latents, {@code (1, channels, height, width)}
     * @param text     for each picture; with guidance twice as many, those of the negative prompts first
     * @param fresh    asked where the sampler adds noise
     * @param observer told after every step
     * @return latents of each picture, still multiplied by the autoencoder's scale
     */
    public List<float[]> denoise(
            List<float[]> noise,
            Shape one,
            TextCondition text,
            Pipeline.Settings settings,
            FreshNoise fresh,
            Pipeline.Observer observer) {
        Sampler sampler = new DdimSampler(
                new NoiseSchedule(scheduler.withSpacing(settings.spacing())), settings.steps(), settings.eta());
        List<float[]> latents = new ArrayList<>();
        for (float[] each : noise) {
            float[] first = each.clone();
            for (int i = 0; i < first.length; i++) {
                first[i] *= (float) sampler.initNoiseSigma();
            }
            latents.add(first);
        }
        int last = sampler.timesteps().length - 1;
        for (int step = 0; step <= last; step++) {
            unet.progress(last == 0 ? 0 : (double) step / last);
            List<float[]> predictions = predict(sampler, step, latents, one, text, settings);
            for (int i = 0; i < latents.size(); i++) {
                Sampler.Result result = sampler.step(predictions.get(i), step, latents.get(i), fresh.of(i, step));
                latents.set(i, result.sample());
                observer.step(i, step, predictions.get(i), latents.get(i));
            }
        }
        unet.progress(0);
        return latents;
    }

    /** The guided noise prediction of each picture. */
    private List<float[]> predict(
            Sampler sampler,
            int step,
            List<float[]> latents,
            Shape one,
            TextCondition text,
            Pipeline.Settings settings) {
        boolean guided = settings.guidance() > 1;
        int count = latents.size();
        int size = (int) one.size();
        int batch = guided ? 2 * count : count;
        float[] input = new float[batch * size];
        for (int i = 0; i < batch; i++) {
            System.arraycopy(sampler.scaleModelInput(latents.get(i % count), step), 0, input, i * size, size);
        }
        float[] timesteps = new float[batch];
        Arrays.fill(timesteps, (float) sampler.timesteps()[step]);
        float[] output;
        try (Scope scope = new Scope()) {
            NDArray x =
                    Torch.of(text.states().getManager(), input, new Shape(batch, one.get(1), one.get(2), one.get(3)));
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
}
