package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.scedit.api.Picture;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Example;
import org.scedit.core.data.Framing;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.TiledAutoencoder;
import org.scedit.core.shared.ContentKey;
import org.scedit.core.shared.SharedFiles;

/**
 * A data set as its pictures' latents are drawn from it: every picture is encoded once and kept as mean and deviation of
 * each number, in memory or in a file that runs share.
 */
public final class EncodedData {
    private static final int ENCODED_PIXELS = 1 << 18;
    private static final String KIND = "pictures";
    private static final int FORMAT = 1;

    private final DiffusionModel model;
    private final Dataset data;
    private final String[] captions;
    private final Framing[] framings;
    private final Shape latent;
    private final SharedFiles.Entry moments;

    /**
     * Encodes it, where that has not been done.
     *
     * @param shared  where it may be kept for other runs
     * @param encoded told how many pictures are encoded
     */
    public EncodedData(DiffusionModel model, Dataset data, SharedFiles shared, IntConsumer encoded) {
        this.model = model;
        this.data = data;
        captions = new String[data.size()];
        framings = new Framing[data.size()];
        Picture first = data.get(0).picture();
        int down = model.autoencoder().downsampling();
        latent = new Shape(model.autoencoder().latentChannels(), first.height() / down, first.width() / down);
        int together = Math.max(1, ENCODED_PIXELS / (first.width() * first.height()));
        moments = shared.get(KIND, this::key, () -> encode(together, encoded));
        encoded.accept(data.size());
    }

    /** What the moments follow from: the pictures as they are, not the files they come from. */
    private ContentKey key() {
        ContentKey key = ContentKey.ofArithmetic(KIND, FORMAT)
                .add("autoencoder", model.autoencoder().config().values().toString())
                .add("weights", model.autoencoder().parameters());
        for (int i = 0; i < data.size(); i++) {
            key.add("picture", example(i).picture());
        }
        return key;
    }

    private SharedFiles.Made encode(int together, IntConsumer encoded) {
        Map<String, float[]> made = new HashMap<>();
        for (int from = 0; from < data.size(); from += together) {
            int to = Math.min(data.size(), from + together);
            encode(from, to, made);
            encoded.accept(to);
        }
        return new SharedFiles.Made(made, Map.of());
    }

    private void encode(int from, int to, Map<String, float[]> made) {
        List<Picture> pictures = new ArrayList<>();
        for (int i = from; i < to; i++) {
            pictures.add(example(i).picture());
        }
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray x = AutoencoderObjective.tensor(manager, pictures);
            float[] moments = Torch.floats(new TiledAutoencoder(model.autoencoder()).encode(x));
            int size = (int) latent.size();
            for (int i = from; i < to; i++) {
                float[] mean = new float[size];
                float[] deviation = new float[size];
                int offset = (i - from) * 2 * size;
                for (int k = 0; k < size; k++) {
                    mean[k] = moments[offset + k];
                    float logVariance = Math.max(-30, Math.min(20, moments[offset + size + k]));
                    deviation[k] = (float) Math.exp(0.5 * logVariance);
                }
                made.put(meanOf(i), mean);
                made.put(deviationOf(i), deviation);
            }
        }
    }

    /** Keeps, of each picture that is read, what is said of it. */
    private Example example(int index) {
        Example example = data.get(index);
        captions[index] = example.caption();
        framings[index] = example.framing();
        return example;
    }

    private static String meanOf(int index) {
        return "mean " + index;
    }

    private static String deviationOf(int index) {
        return "deviation " + index;
    }

    /** What is encoded. */
    Dataset pictures() {
        return data;
    }

    /** How many pictures. */
    public int size() {
        return captions.length;
    }

    /** Shape of a picture's latents, {@code (channels, height, width)}. */
    public Shape latent() {
        return latent;
    }

    /** Means of a picture's latents, last axis fastest. */
    public float[] mean(int index) {
        return moments.floats(meanOf(index));
    }

    /** Standard deviations of a picture's latents, last axis fastest. */
    public float[] deviation(int index) {
        return moments.floats(deviationOf(index));
    }

    /** A picture's caption. */
    public String caption(int index) {
        return captions[index];
    }

    /** How a picture was made of its original. */
    public Framing framing(int index) {
        return framings[index];
    }
}
