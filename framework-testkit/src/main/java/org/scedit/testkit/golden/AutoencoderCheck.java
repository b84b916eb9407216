package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;

/** An autoencoder: latents' distribution, pictures, loss and gradients; the same from a file with early names. */
final class AutoencoderCheck implements GoldenCheck {
    private static final String EARLY_NAMES = "deprecated_attn_names/";

    @Override
    public void check(GoldenCase goldenCase) {
        check(goldenCase, "");
        if (goldenCase.has(EARLY_NAMES)) {
            check(goldenCase, EARLY_NAMES);
        }
    }

    private static void check(GoldenCase goldenCase, String folder) {
        Tensors io = goldenCase.tensors("io.safetensors");
        try (NDManager manager = Torch.newManager()) {
            Autoencoder autoencoder = Models.autoencoder(goldenCase, folder, manager);
            NDArray image = io.array(manager, "in.image");
            NDArray moments = autoencoder.encode(image);
            goldenCase.output(io, "out.moments", moments);
            NDArray mean = autoencoder.mean(moments);
            goldenCase.output(io, "out.mean", mean);
            goldenCase.output(io, "out.mode", mean);
            NDArray logVariance = autoencoder.logVariance(moments);
            goldenCase.output(io, "out.logvar", logVariance);
            distribution(goldenCase, io, autoencoder, Torch.floats(mean), Torch.floats(logVariance));

            float[] latents = io.floats("in.latents");
            for (int i = 0; i < latents.length; i++) {
                latents[i] /= (float) autoencoder.scalingFactor();
            }
            goldenCase.output(
                    io, "out.decoded", autoencoder.decode(Torch.of(manager, latents, io.shape("in.latents"))));
            goldenCase.output(io, "out.reconstruction", autoencoder.decode(mean));
            gradients(goldenCase, io, autoencoder, image, manager);
        }
    }

    private static void distribution(
            GoldenCase goldenCase, Tensors io, Autoencoder autoencoder, float[] mean, float[] logVariance) {
        float[] noise = io.floats("in.noise");
        float[] deviation = new float[mean.length];
        float[] sample = new float[mean.length];
        float[] scaled = new float[mean.length];
        float[] divergence = new float[(int) io.shape("out.kl").get(0)];
        for (int i = 0; i < mean.length; i++) {
            deviation[i] = (float) Math.exp(0.5 * logVariance[i]);
            sample[i] = mean[i] + deviation[i] * noise[i];
            scaled[i] = (float) (sample[i] * autoencoder.scalingFactor());
            divergence[i * divergence.length / mean.length] +=
                    0.5f * (mean[i] * mean[i] + deviation[i] * deviation[i] - 1 - logVariance[i]);
        }
        goldenCase.output(io, "out.std", deviation);
        goldenCase.output(io, "out.sample", sample);
        goldenCase.output(io, "out.scaled_latents", scaled);
        goldenCase.output(io, "out.kl", divergence);
    }

    private static void gradients(
            GoldenCase goldenCase, Tensors io, Autoencoder autoencoder, NDArray image, NDManager manager) {
        Map<String, NDArray> watched = new LinkedHashMap<>();
        for (String name : io.below("grad.")) {
            NDArray array = name.equals("in.image")
                    ? image
                    : autoencoder.parameters().get(name).value();
            array.setRequiresGradient(true);
            watched.put(name, array);
        }
        try (Autograd autograd = Autograd.record()) {
            NDArray loss = new Ops().meanSquare(autoencoder.encode(image), io.array(manager, "in.moments_target"));
            goldenCase.output(io, "out.loss", loss.getFloat());
            autograd.backward(loss);
        }
        watched.forEach((name, array) -> goldenCase.gradient(io, "grad." + name, array));
    }
}
