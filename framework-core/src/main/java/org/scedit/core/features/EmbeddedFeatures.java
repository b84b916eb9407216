package org.scedit.core.features;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.measure.FeatureNetwork;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.FeatureModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.WeightLoader;
import org.scedit.core.train.AutoencoderObjective;
import org.scedit.core.weights.SafetensorsFile;

/**
 * The feature network that comes with the framework: a {@link FeatureModel} trained on the scene world. It describes
 * such pictures and texts, and little else.
 */
public final class EmbeddedFeatures implements FeatureNetwork {
    /** The key of {@code config.json} with the hash of the text encoder that it was trained beside. */
    public static final String TEXT_ENCODER_HASH = "text_encoder_sha256";

    /**
     * The key of {@code config.json} with what the features of pictures are multiplied with: by training their size is
     * any, and the kernel distance grows with its sixth power. 1 where it is left out.
     */
    public static final String SCALE = "scale";

    private static final Path FOLDER = Path.of("models/features");
    private static final Path TEXTS = Path.of("models/embedded");

    private final NDManager weights = Torch.newManager();
    private final FeatureModel model;
    private final FrozenTexts texts;

    private EmbeddedFeatures(Path folder, Path textModel) {
        try {
            model = new FeatureModel(ConfigFile.read(folder.resolve("config.json")));
            new WeightLoader(weights, Precision.FLOAT32)
                    .load(model.parameters(), SafetensorsFile.open(folder.resolve(FeatureModel.WEIGHTS)));
            texts = new FrozenTexts(ModelParts.open(ModelPaths.of(textModel)));
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
        String trained = model.config().text(TEXT_ENCODER_HASH, "");
        if (!trained.equals(texts.hash())) {
            close();
            throw new UserException(folder + ": the features were trained beside another text encoder than that of "
                    + textModel + "; train them anew with scedit run recipes/embedded/features.yaml");
        }
    }

    /** The installation's. */
    public static EmbeddedFeatures ofInstallation() {
        return open(installed(FOLDER), installed(TEXTS));
    }

    /**
     * Opens a network that task {@code features} trained.
     *
     * @param folder    holds {@code config.json} and {@value FeatureModel#WEIGHTS}
     * @param textModel the model whose text encoder it was trained beside
     * @throws UserException if one of them is missing, or they do not belong together
     */
    public static EmbeddedFeatures open(Path folder, Path textModel) {
        return new EmbeddedFeatures(folder, textModel);
    }

    /** In the working directory, or else below {@code scedit.home}. */
    private static Path installed(Path folder) {
        return Files.isDirectory(folder)
                ? folder
                : Optional.ofNullable(System.getProperty("scedit.home"))
                        .map(home -> Path.of(home).resolve(folder))
                        .orElse(folder);
    }

    @Override
    public float[][] ofPictures(List<Picture> pictures) {
        return inBatches(pictures, (manager, batch) -> encoded(manager, batch)
                .mul(model.config().decimal(SCALE, 1)));
    }

    /**
     * The scale with which the numbers of pictures' features are 1 in the root of their mean square.
     *
     * @param features without a scale yet
     * @param pictures at least one, of any size
     * @return a factor above 0
     */
    public static double unitScale(EmbeddedFeatures features, List<Picture> pictures) {
        double squares = 0;
        long numbers = 0;
        for (float[] row : features.ofPictures(pictures)) {
            for (float value : row) {
                squares += (double) value * value;
                numbers++;
            }
        }
        return Math.sqrt(numbers / squares);
    }

    /**
     * What pictures show, as the network reads it from their features.
     *
     * @return one row of {@link FeatureModel#attributes} for each picture
     */
    public float[][] attributes(List<Picture> pictures) {
        return inBatches(pictures, (manager, batch) -> model.attributes(encoded(manager, batch)));
    }

    private NDArray encoded(NDManager manager, List<Picture> pictures) {
        int size = model.pictureSize();
        List<Picture> fitting =
                pictures.stream().map(each -> Pictures.resize(each, size, size)).toList();
        return model.pictures(AutoencoderObjective.tensor(manager, fitting));
    }

    @Override
    public float[][] ofTexts(List<String> prompts) {
        return inBatches(prompts, (manager, batch) -> model.texts(texts.states(manager, batch)));
    }

    private static <T> float[][] inBatches(List<T> all, BiFunction<NDManager, List<T>, NDArray> network) {
        return FeatureRows.inBatches(all, batch -> {
            try (NDManager manager = Torch.newManager();
                    Scope scope = new Scope()) {
                return FeatureRows.of(Torch.floats(network.apply(manager, batch)), batch.size());
            }
        });
    }

    @Override
    public void close() {
        texts.close();
        weights.close();
    }
}
