package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.scedit.api.Conditions;
import org.scedit.api.Picture;
import org.scedit.core.data.BatchOrder;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Framing;
import org.scedit.core.data.MapTensors;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.TextStates;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.TextCondition;
import org.scedit.core.shared.SharedFiles;

/**
 * Batches of a data set as latents and text states. Every picture is {@linkplain EncodedData encoded} once, before
 * training, as mean and deviation; each use draws anew from them, as diffusers' training scripts do.
 */
public final class LatentBatches implements DiffusionObjective.Batches {
    /**
     * @param batch          pictures in a batch
     * @param captionDropout share of captions left out, as guidance leaves out a prompt, 0..1
     * @param trainText      whether the text encoder is trained, so that its states are recorded
     * @param conditions     what tuners are conditioned on; empty for none
     * @param masks          of the pictures; empty unless the U-Net is for inpainting
     * @param seed           of order, dropout, latents and the choice of masks
     */
    public record Settings(
            int batch,
            double captionDropout,
            boolean trainText,
            List<Condition> conditions,
            Optional<Masks> masks,
            long seed) {
        public Settings {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * The masks of the training pictures.
     *
     * @param perPicture how many a picture has, at least 1
     * @param of         makes them
     */
    public record Masks(int perPicture, MaskMaker of) {}

    /** Makes a picture's masks, the same whenever it is asked. */
    @FunctionalInterface
    public interface MaskMaker {
        /**
         * A mask of the picture's size: what is light is drawn anew.
         *
         * @param picture its index in the data set
         * @param number  which of its masks
         */
        Picture mask(int picture, int number);
    }

    /**
     * A condition of the training pictures.
     *
     * @param name    that tuners ask for
     * @param map     the condition map of a picture of the data set, by its index
     * @param dropout share of maps replaced by black ones, 0..1
     */
    public record Condition(String name, IntFunction<Picture> map, double dropout) {}

    private final DiffusionModel model;
    private final EncodedData data;
    private final Settings settings;
    private final BatchOrder order;
    private final TextStates texts;
    private final Optional<MaskedLatents> masked;

    /**
     * Of a data set that no other run shares.
     *
     * @param notices takes a line for every caption that was too long and cut
     * @param encoded told how many pictures were encoded so far
     */
    public LatentBatches(
            DiffusionModel model, Dataset data, Settings settings, Consumer<String> notices, IntConsumer encoded) {
        this(
                model,
                new EncodedData(model, data, SharedFiles.none(), encoded),
                new TextStates(model, notices),
                settings);
    }

    /**
     * @param data  encoded by the model
     * @param texts of the model
     */
    public LatentBatches(DiffusionModel model, EncodedData data, TextStates texts, Settings settings) {
        this.model = model;
        this.data = data;
        this.settings = settings;
        this.texts = texts;
        order = new BatchOrder(Randomness.seed(settings.seed(), "order", 0), data.size(), settings.batch());
        masked = settings.masks().map(masks -> new MaskedLatents(model, data.pictures(), masks, settings.seed()));
    }

    @Override
    public int size() {
        return settings.batch();
    }

    @Override
    public NDArray latents(long batch, NDManager manager) {
        Shape latent = data.latent();
        int size = (int) latent.size();
        int[] indices = order.batch(batch);
        try (Scope scope = new Scope()) {
            Shape shape = new Shape(indices.length, latent.get(0), latent.get(1), latent.get(2));
            float[] values =
                    Torch.floats(Torch.normal(manager, Randomness.seed(settings.seed(), "latents", batch), shape));
            float scale = (float) model.autoencoder().scalingFactor();
            for (int i = 0; i < indices.length; i++) {
                float[] mean = data.mean(indices[i]);
                float[] deviation = data.deviation(indices[i]);
                for (int k = 0; k < size; k++) {
                    values[i * size + k] = (mean[k] + deviation[k] * values[i * size + k]) * scale;
                }
            }
            return scope.keep(Torch.of(manager, values, shape));
        }
    }

    @Override
    public Optional<NDArray> beside(long batch, NDManager manager) {
        return masked.map(each -> each.of(batch, order.batch(batch), data.latent(), manager));
    }

    @Override
    public Optional<Conditions> conditions(long batch, NDManager manager) {
        if (settings.conditions().isEmpty()) {
            return Optional.empty();
        }
        Map<String, NDArray> maps = new HashMap<>();
        for (Condition condition : settings.conditions()) {
            var random = new SplittableRandom(Randomness.seed(settings.seed(), "condition " + condition.name(), batch));
            List<Picture> pictures = new ArrayList<>();
            for (int index : order.batch(batch)) {
                Picture map = condition.map().apply(index);
                boolean dropped = random.nextDouble() < condition.dropout();
                pictures.add(dropped ? MapTensors.black(map.width(), map.height()) : map);
            }
            maps.put(condition.name(), MapTensors.of(manager, pictures));
        }
        return Optional.of(maps::get);
    }

    @Override
    public TextCondition texts(long batch, NDManager manager) {
        var random = new SplittableRandom(Randomness.seed(settings.seed(), "dropout", batch));
        List<Optional<String>> chosen = new ArrayList<>();
        List<Framing> pictures = new ArrayList<>();
        for (int index : order.batch(batch)) {
            boolean dropped = random.nextDouble() < settings.captionDropout();
            chosen.add(Optional.of(data.caption(index)).filter(caption -> !dropped));
            pictures.add(data.framing(index));
        }
        return settings.trainText() ? texts.recorded(manager, chosen, pictures) : texts.of(manager, chosen, pictures);
    }
}
