package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.scedit.api.Picture;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Example;
import org.scedit.core.data.MapTensors;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.TextStates;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.TextCondition;
import org.scedit.core.model.TiledAutoencoder;

/**
 * The denoising loss of some pictures, always at the same noise and timesteps, so that it differs by the weights alone:
 * <pre>
 * loss = mean over pictures i and timesteps t_k of mean (unet(√ᾱ x_i + √(1-ᾱ) ε_ik, t_k, caption_i) - target)²
 * t_k  = ⌊(k + ½) · T / K⌋,   k = 0 .. K-1
 * </pre>
 * with ᾱ of t_k, x_i the mean of the picture's latents, ε_ik a function of seed, i and k, and the target that the model
 * predicts. A U-Net for inpainting also takes the first of the picture's masks. Whatever a training weights, drops or averages has no part in it: it can be compared between trainings.
 */
public final class FixedLoss {
    /** Pictures are evaluated together as long as their latents have no more pixels than one of 64×64. */
    private static final int LATENT_PIXELS = 64 * 64;

    private final DiffusionModel model;
    private final TunedUNet unet;
    private final NoiseSchedule schedule;
    private final TextStates texts;
    private final Map<String, IntFunction<Picture>> maps;
    private final int timesteps;
    private final long seed;
    private final Shape latent;
    private final List<Example> examples = new ArrayList<>();
    private final List<float[]> latents = new ArrayList<>();
    /** What a U-Net for inpainting takes besides each picture's latents; empty arrays for others. */
    private final List<float[]> beside = new ArrayList<>();

    /**
     * Encodes the pictures.
     *
     * @param unet      the model's, with its tuners
     * @param data      the first pictures of it are taken
     * @param count     how many, at most; no more than there are
     * @param maps      of the data's pictures, by the name of the condition that tuners ask for
     * @param masks     of the data's pictures, of which the first counts; empty unless the U-Net is for inpainting
     * @param timesteps K
     * @param seed      of the noise
     */
    public FixedLoss(
            DiffusionModel model,
            TunedUNet unet,
            Dataset data,
            int count,
            Map<String, IntFunction<Picture>> maps,
            Optional<LatentBatches.Masks> masks,
            int timesteps,
            long seed) {
        this.model = model;
        this.unet = unet;
        this.maps = Map.copyOf(maps);
        this.timesteps = timesteps;
        this.seed = seed;
        schedule = new NoiseSchedule(model.scheduler());
        texts = new TextStates(model, notice -> {});
        Picture first = data.get(0).picture();
        int down = model.autoencoder().downsampling();
        latent = new Shape(model.autoencoder().latentChannels(), first.height() / down, first.width() / down);
        Optional<MaskedLatents> masked = masks.map(of -> new MaskedLatents(model, data, of, seed));
        for (int i = 0; i < Math.min(count, data.size()); i++) {
            examples.add(data.get(i));
            latents.add(encode(examples.get(i).picture()));
            int index = i;
            beside.add(masked.map(channels -> channels.first(index)).orElse(new float[0]));
        }
    }

    private float[] encode(Picture picture) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray x = AutoencoderObjective.tensor(manager, List.of(picture));
            float[] moments = Torch.floats(new TiledAutoencoder(model.autoencoder()).encode(x));
            float[] mean = Arrays.copyOf(moments, (int) latent.size());
            float scale = (float) model.autoencoder().scalingFactor();
            for (int i = 0; i < mean.length; i++) {
                mean[i] *= scale;
            }
            return mean;
        }
    }

    /** How many pictures it is of. */
    public int pictures() {
        return examples.size();
    }

    /** Encodes every caption anew from now on; needed when the text encoder's weights have changed. */
    public void textEncoderChanged() {
        texts.forget();
    }

    /** The loss with the weights as they are now. */
    public double value() {
        int together = Math.max(1, LATENT_PIXELS / (int) (latent.get(1) * latent.get(2)));
        double sum = 0;
        for (int from = 0; from < examples.size(); from += together) {
            sum += sum(from, Math.min(examples.size(), from + together));
        }
        return sum / examples.size() / timesteps;
    }

    /** Sum of the losses of some pictures over all timesteps. */
    private double sum(int from, int to) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            Map<String, NDArray> conditions = new HashMap<>();
            maps.forEach((name, map) -> {
                List<Picture> batch = new ArrayList<>();
                for (int i = from; i < to; i++) {
                    batch.add(map.apply(i));
                }
                conditions.put(name, MapTensors.of(manager, batch));
            });
            if (!conditions.isEmpty()) {
                unet.conditions(conditions::get);
            }
            List<Example> batch = examples.subList(from, to);
            TextCondition text = texts.of(
                    manager,
                    batch.stream().map(each -> Optional.of(each.caption())).toList(),
                    batch.stream().map(Example::framing).toList());
            double sum = 0;
            for (int k = 0; k < timesteps; k++) {
                sum += sum(from, to, k, text, manager);
            }
            return sum;
        }
    }

    private double sum(int from, int to, int k, TextCondition text, NDManager manager) {
        int timestep = (int) ((k + 0.5) * schedule.timesteps() / timesteps);
        int size = (int) latent.size();
        int more = beside.get(from).length;
        float[] input = new float[(to - from) * (size + more)];
        float[] target = new float[(to - from) * size];
        for (int i = from; i < to; i++) {
            float[] noise = noise(i, k);
            int at = (i - from) * (size + more);
            System.arraycopy(schedule.addNoise(latents.get(i), noise, timestep), 0, input, at, size);
            System.arraycopy(beside.get(i), 0, input, at + size, more);
            System.arraycopy(schedule.target(latents.get(i), noise, timestep), 0, target, (i - from) * size, size);
        }
        float[] times = new float[to - from];
        Arrays.fill(times, timestep);
        float[] prediction;
        try (Scope scope = new Scope()) {
            long channels = latent.get(0) + more / (latent.get(1) * latent.get(2));
            Shape shape = new Shape(to - from, channels, latent.get(1), latent.get(2));
            prediction = Torch.floats(unet.forward(Torch.of(manager, input, shape), times, text));
        }
        double sum = 0;
        for (int i = 0; i < prediction.length; i++) {
            double difference = (double) prediction[i] - target[i];
            sum += difference * difference;
        }
        return sum / size;
    }

    private float[] noise(int picture, int k) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            long drawn = Randomness.seed(seed, "fixed noise", (long) picture * timesteps + k);
            return Torch.floats(Torch.normal(manager, drawn, latent));
        }
    }
}
