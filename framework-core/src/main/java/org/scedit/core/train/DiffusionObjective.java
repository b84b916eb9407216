package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Conditions;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.TextCondition;

/**
 * The denoising loss of a latent diffusion model (Ho et al. 2020, arXiv:2006.11239):
 * <pre>loss = mean over the batch of w(t) · mean (unet(√ᾱₜ x₀ + √(1-ᾱₜ) ε, t, text) - target)²</pre>
 * with the target (noise, velocity or sample) that the model was trained to predict. A U-Net for inpainting takes mask and
 * masked picture as further channels, as Latent Diffusion (arXiv:2112.10752) trains it; its loss is of the whole picture.
 */
public final class DiffusionObjective implements Objective {
    /**
     * What a batch is made of. All values are pure functions of the batch's number.
     */
    public interface Batches {
        /** Pictures in a batch. */
        int size();

        /** Latents of the batch, scaled as the U-Net takes them, {@code (size, channels, height, width)}. */
        NDArray latents(long batch, NDManager manager);

        /** Texts of the batch, as the U-Net takes them; recorded where the text encoder is trained. */
        TextCondition texts(long batch, NDManager manager);

        /** Condition maps of the batch; empty (the default) where no tuner takes any. */
        default Optional<Conditions> conditions(long batch, NDManager manager) {
            return Optional.empty();
        }

        /**
         * What the U-Net takes as further channels beside the noisy latents, {@code (size, channels, height, width)}:
         * mask and masked picture of one for inpainting; empty (the default) for others.
         */
        default Optional<NDArray> beside(long batch, NDManager manager) {
            return Optional.empty();
        }
    }

    /**
     * @param minSnrGamma γ of the min-SNR weights (Hang et al. 2023, arXiv:2303.09556); 0 = off
     * @param noiseOffset size of an offset common to a channel's noise; 0 = off
     * @param timesteps   how they are drawn
     * @param balance     whether each sample is weighted by 1 / running mean loss of its timestep's bin
     */
    public record Settings(double minSnrGamma, double noiseOffset, TimestepSampling timesteps, boolean balance) {}

    private static final ScriptFunction WEIGHTED_MEAN =
            ScriptFunction.compile(new String[] {"x", "w"}, "return torch.mean(torch.mul(x, w))");

    private final Ops ops = new Ops();
    private final TunedUNet unet;
    private final NoiseSchedule schedule;
    private final Batches batches;
    private final Settings settings;
    private final long seed;
    private final List<Trainable> trainables;
    private final LossBalance balance;
    private final Optional<SharedEncodings> encodings;

    /** The U-Net's prediction for a batch. */
    private interface Prediction {
        NDArray of(NDArray input, float[] timesteps, TextCondition texts, long seed);
    }

    /** An objective that shares nothing with others. */
    public DiffusionObjective(
            TunedUNet unet,
            NoiseSchedule schedule,
            Batches batches,
            List<Trainable> trainables,
            Settings settings,
            long seed) {
        this(unet, schedule, batches, trainables, settings, seed, Optional.empty());
    }

    /**
     * @param unet       with its tuners
     * @param trainables what is trained, marked as needing gradients
     * @param seed       of noise and timesteps
     * @param encodings  the way down of the batches; to be shared only with objectives of the same U-Net, batches, noise
     *     and timesteps, all of whose tuners leave the way down alone
     */
    public DiffusionObjective(
            TunedUNet unet,
            NoiseSchedule schedule,
            Batches batches,
            List<Trainable> trainables,
            Settings settings,
            long seed,
            Optional<SharedEncodings> encodings) {
        this.unet = unet;
        this.schedule = schedule;
        this.batches = batches;
        this.trainables = List.copyOf(trainables);
        this.settings = settings;
        this.seed = seed;
        this.encodings = encodings;
        balance = settings.balance() ? new LossBalance(schedule.timesteps()) : null;
    }

    @Override
    public List<Trainable> trainables() {
        return trainables;
    }

    @Override
    public NDArray loss(long batch, NDManager manager) {
        try (Scope scope = new Scope()) {
            NDArray latents = batches.latents(batch, manager);
            NDArray noise = Torch.normal(manager, Randomness.seed(seed, "noise", batch), latents.getShape());
            if (settings.noiseOffset() > 0) {
                Shape perChannel =
                        new Shape(latents.getShape().get(0), latents.getShape().get(1), 1, 1);
                NDArray offset = Torch.normal(manager, Randomness.seed(seed, "offset", batch), perChannel);
                noise = noise.add(ops.scale(offset, settings.noiseOffset()));
            }
            int[] timesteps = settings.timesteps().draw(batches.size(), schedule.timesteps(), seed, batch);
            batches.conditions(batch, manager).ifPresent(unet::conditions);
            TextCondition texts = batches.texts(batch, manager);
            return scope.keep(loss(
                    batch,
                    latents,
                    noise,
                    batches.beside(batch, manager),
                    timesteps,
                    texts,
                    manager,
                    prediction(batch)));
        }
    }

    private Prediction prediction(long batch) {
        return encodings
                .<Prediction>map(shared -> (input, timesteps, texts, dropped) -> unet.forwardTraining(
                        shared.of(batch, input.getManager(), () -> unet.encode(input, timesteps, texts)),
                        input,
                        timesteps,
                        texts,
                        dropped))
                .orElse(unet::forwardTraining);
    }

    /**
     * The loss for given noise and timesteps, with a way down of its own, of a U-Net that takes nothing beside the latents.
     *
     * @param batch     number of the batch, which decides what tuners drop
     * @param latents   {@code (batch, channels, height, width)}
     * @param noise     likewise
     * @param timesteps one a sample
     * @param texts     as many as timesteps
     * @return a scalar
     */
    public NDArray loss(
            long batch, NDArray latents, NDArray noise, int[] timesteps, TextCondition texts, NDManager manager) {
        return loss(batch, latents, noise, Optional.empty(), timesteps, texts, manager, unet::forwardTraining);
    }

    private NDArray loss(
            long batch,
            NDArray latents,
            NDArray noise,
            Optional<NDArray> beside,
            int[] timesteps,
            TextCondition texts,
            NDManager manager,
            Prediction predicted) {
        try (Scope scope = new Scope()) {
            int count = timesteps.length;
            float[] signal = new float[count];
            float[] noisy = new float[count];
            float[] times = new float[count];
            for (int i = 0; i < count; i++) {
                signal[i] = (float) Math.sqrt(schedule.alphaBar(timesteps[i]));
                noisy[i] = (float) Math.sqrt(1 - schedule.alphaBar(timesteps[i]));
                times[i] = timesteps[i];
            }
            NDArray a = Torch.of(manager, signal, new Shape(count, 1, 1, 1));
            NDArray s = Torch.of(manager, noisy, new Shape(count, 1, 1, 1));
            NDArray noisyLatents = latents.mul(a).add(noise.mul(s));
            NDArray input =
                    beside.map(channels -> ops.concat(noisyLatents, channels)).orElse(noisyLatents);
            NDArray target =
                    switch (schedule.config().predictionType()) {
                        case EPSILON -> noise;
                        case V_PREDICTION -> noise.mul(a).sub(latents.mul(s));
                        case SAMPLE -> latents;
                    };
            NDArray prediction = predicted.of(input, times, texts, Randomness.seed(seed, "tuners", batch));
            if (settings.minSnrGamma() == 0 && balance == null) {
                return scope.keep(ops.meanSquare(prediction, target));
            }
            NDArray losses = ops.meanSquarePerSample(prediction, target);
            float[] weights = new float[count];
            for (int i = 0; i < count; i++) {
                weights[i] = settings.minSnrGamma() == 0
                        ? 1
                        : (float) schedule.minSnrWeight(timesteps[i], settings.minSnrGamma());
            }
            if (balance != null) {
                balance.weigh(weights, timesteps, Torch.floats(losses));
            }
            return scope.keep(WEIGHTED_MEAN.call(losses, Torch.of(manager, weights, new Shape(count))));
        }
    }

    @Override
    public Map<String, float[]> state() {
        return balance == null ? Map.of() : Map.of("loss_balance", balance.means());
    }

    @Override
    public void restore(Map<String, float[]> state) {
        if (balance != null) {
            balance.restore(state.get("loss_balance"));
        }
    }
}
