package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.LongFunction;
import org.scedit.api.Picture;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.Parameter;

/**
 * Trains an autoencoder from nothing to reconstruct pictures through a small latent:
 * <pre>loss = Σ w (|x' - x| + (x' - x)²) / Σ w  +  kl · KL(latents ‖ N(0, 1))  +  anchor · |mean₁..₃ - small picture|²</pre>
 * <ul>
 *   <li>{@code w} is 1 in even areas and up to 4 where a picture changes within two pixels, so that outlines are worth
 *       more than background;
 *   <li>KL is a tiny pull (2e-6) from a small initial variance: a larger one lets latent channels die;
 *   <li>the anchor, which fades over the first third, ties three latent channels to the picture at latent size: without
 *       it the first minutes go into finding where things are.
 * </ul>
 */
public final class AutoencoderObjective implements Objective {
    private static final double KL_WEIGHT = 2e-6;
    private static final float INITIAL_LOG_VARIANCE = -6;

    private static final ScriptFunction RECONSTRUCTION = ScriptFunction.compile(
            new String[] {"x", "t"},
            "high = torch.max_pool2d(t, [5, 5], [1, 1], [2, 2], [1, 1], False)",
            "low = torch.max_pool2d(torch.neg(t), [5, 5], [1, 1], [2, 2], [1, 1], False)",
            "change = torch.clamp(torch.amax(torch.add(high, low), [1], True), 0., 1.)",
            "w = torch.add(torch.mul(change, 3.), 1.)",
            "d = torch.sub(x, t)",
            "e = torch.mean(torch.add(torch.abs(d), torch.mul(d, d)), [1], True)",
            "return torch.div(torch.sum(torch.mul(w, e)), torch.sum(w))");
    private static final ScriptFunction SAMPLE = ScriptFunction.compile(
            new String[] {"mean", "logvar", "noise"},
            "return torch.add(mean, torch.mul(torch.exp(torch.mul(logvar, 0.5)), noise))");
    private static final ScriptFunction DIVERGENCE = ScriptFunction.compile(
            new String[] {"mean", "logvar"},
            "all = torch.sub(torch.add(torch.mul(mean, mean), torch.exp(logvar)), torch.add(logvar, 1.))",
            "return torch.mul(torch.mean(torch.sum(torch.flatten(all, 1), [1])), 0.5)");
    private static final ScriptFunction ANCHOR = ScriptFunction.compile(
            new String[] {"mean", "picture"},
            "small = torch.adaptive_avg_pool2d(picture, [torch.size(mean, 2), torch.size(mean, 3)])",
            "return torch.mse_loss(torch.slice(mean, 1, 0, 3), small)");

    private final Ops ops = new Ops();
    private final Autoencoder autoencoder;
    private final LongFunction<List<Picture>> batches;
    private final long seed;
    private final long anchoredBatches;
    private final List<Trainable> trainables;

    /**
     * @param autoencoder with weights; they are trained in place
     * @param fresh       whether the weights are fresh: the latents' variance then starts small
     * @param batches     the pictures of every batch, all of one size
     * @param seed        of the latents' noise
     * @param anchored    how many batches the fading anchor lasts; 0 for none
     */
    public AutoencoderObjective(
            Autoencoder autoencoder, boolean fresh, LongFunction<List<Picture>> batches, long seed, long anchored) {
        this.autoencoder = autoencoder;
        this.batches = batches;
        this.seed = seed;
        anchoredBatches = anchored;
        trainables = autoencoder.parameters().all().stream()
                .map(parameter -> new Trainable("vae." + parameter.name(), parameter.value()))
                .toList();
        if (fresh) {
            startWithSmallVariance();
        }
        trainables.forEach(trainable -> trainable.value().setRequiresGradient(true));
    }

    private void startWithSmallVariance() {
        Parameter bias = autoencoder.parameters().get("quant_conv.bias");
        if (bias != null) {
            float[] values = Torch.floats(bias.value());
            java.util.Arrays.fill(values, autoencoder.latentChannels(), values.length, INITIAL_LOG_VARIANCE);
            Torch.overwrite(bias.value(), values);
        }
    }

    @Override
    public List<Trainable> trainables() {
        return trainables;
    }

    @Override
    public NDArray loss(long batch, NDManager manager) {
        List<Picture> pictures = batches.apply(batch);
        try (Scope scope = new Scope()) {
            NDArray target = tensor(manager, pictures);
            NDArray moments = autoencoder.encode(target);
            NDArray mean = autoencoder.mean(moments);
            NDArray logVariance = autoencoder.logVariance(moments);
            NDArray noise = Torch.normal(manager, Randomness.seed(seed, "latents", batch), mean.getShape());
            NDArray decoded = autoencoder.decode(SAMPLE.call(mean, logVariance, noise));
            NDArray loss =
                    RECONSTRUCTION.call(decoded, target).add(ops.scale(DIVERGENCE.call(mean, logVariance), KL_WEIGHT));
            double anchor = anchoredBatches == 0 ? 0 : 1 - (double) batch / anchoredBatches;
            return scope.keep(anchor > 0 ? loss.add(ops.scale(ANCHOR.call(mean, target), anchor)) : loss);
        }
    }

    /** Pictures of one size as {@code (batch, 3, height, width)} in [-1, 1]. */
    public static NDArray tensor(NDManager manager, List<Picture> pictures) {
        Picture first = pictures.get(0);
        int size = 3 * first.width() * first.height();
        float[] values = new float[pictures.size() * size];
        for (int i = 0; i < pictures.size(); i++) {
            System.arraycopy(pictures.get(i).toTensor(), 0, values, i * size, size);
        }
        return Torch.of(manager, values, new Shape(pictures.size(), 3, first.height(), first.width()));
    }
}
