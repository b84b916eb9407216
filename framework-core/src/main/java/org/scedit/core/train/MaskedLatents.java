package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.scedit.api.Picture;
import org.scedit.core.data.Dataset;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.PictureEncoder;
import org.scedit.core.generate.Start;
import org.scedit.core.model.DiffusionModel;

/**
 * What a U-Net for inpainting is told of the training pictures: the mask (1 where is drawn anew) and the latents of the
 * picture with grey there, as Stable Diffusion's inpainting models were trained.
 *
 * <p>With a new mask at every use the autoencoder would have to encode at every step. So a picture has a certain number
 * of masks, of which one is drawn at each use; each is encoded when it is first drawn, and kept. What the autoencoder does
 * is then bounded by the data, and no more than with new masks in a short training.
 */
final class MaskedLatents {
    private final DiffusionModel model;
    private final Dataset data;
    private final LatentBatches.Masks masks;
    private final long seed;
    private final PictureEncoder encoder;
    private final Map<Key, Encoded> known = new HashMap<>();

    private record Key(int picture, int number) {}

    /** Of one picture: a plane of the mask, and as many of the masked picture as latents have channels. */
    private record Encoded(float[] mask, float[] latents) {}

    /** @param seed of which mask is drawn when, and of the draws of latents */
    MaskedLatents(DiffusionModel model, Dataset data, LatentBatches.Masks masks, long seed) {
        this.model = model;
        this.data = data;
        this.masks = masks;
        this.seed = seed;
        encoder = new PictureEncoder(model.autoencoder());
    }

    /**
     * The channels of a batch.
     *
     * @param batch    its number
     * @param pictures its pictures' indices
     * @param latent   the shape of a picture's latents, {@code (channels, height, width)}
     * @return {@code (pictures, 1 + channels, height, width)}, owned by the manager
     */
    NDArray of(long batch, int[] pictures, Shape latent, NDManager manager) {
        var random = new SplittableRandom(Randomness.seed(seed, "mask", batch));
        int plane = (int) (latent.get(1) * latent.get(2));
        int size = plane + (int) latent.size();
        float[] values = new float[pictures.length * size];
        for (int i = 0; i < pictures.length; i++) {
            var key = new Key(pictures[i], random.nextInt(masks.perPicture()));
            Encoded encoded = known.computeIfAbsent(key, this::encode);
            System.arraycopy(encoded.mask(), 0, values, i * size, plane);
            System.arraycopy(encoded.latents(), 0, values, i * size + plane, size - plane);
        }
        Shape shape = new Shape(pictures.length, 1 + latent.get(0), latent.get(1), latent.get(2));
        return Torch.of(manager, values, shape);
    }

    /**
     * The channels of a picture with the first of its masks, {@code (1 + channels, height, width)}, last axis fastest.
     *
     * @param picture its index
     */
    float[] first(int picture) {
        Encoded encoded = known.computeIfAbsent(new Key(picture, 0), this::encode);
        float[] channels = Arrays.copyOf(encoded.mask(), encoded.mask().length + encoded.latents().length);
        System.arraycopy(encoded.latents(), 0, channels, encoded.mask().length, encoded.latents().length);
        return channels;
    }

    private Encoded encode(Key key) {
        Picture picture = data.get(key.picture()).picture();
        var start = new Start(picture, 1, Optional.of(masks.of().mask(key.picture(), key.number())));
        long draw = Randomness.seed(seed, "masked latents", (long) key.picture() * masks.perPicture() + key.number());
        try (NDManager manager = Torch.newManager()) {
            float[] latents = encoder.latents(manager, start.kept(), picture.width(), picture.height(), draw);
            return new Encoded(start.latentMask(model.autoencoder().downsampling()), latents);
        }
    }
}
