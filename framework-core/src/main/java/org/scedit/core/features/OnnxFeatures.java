package org.scedit.core.features;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.measure.FeatureNetwork;

/**
 * Features by an ONNX file: {@code (pictures, 3, size, size) → (pictures, features)}, float32.
 *
 * <p>ONNX Runtime is larger than all of the framework but libtorch, and few need it: it is on the class path only where
 * the distribution was built with it.
 */
public final class OnnxFeatures implements FeatureNetwork {
    private static final String ENGINE = "OnnxRuntime";

    private final Path file;
    private final PictureScale scale;
    private final Model model;

    /** @throws UserException if the file holds no network in ONNX, or ONNX Runtime is not there */
    public OnnxFeatures(Path file, PictureScale scale) {
        this.file = file;
        this.scale = scale;
        if (!Engine.hasEngine(ENGINE)) {
            throw new UserException(
                    file + ": a network in ONNX takes ONNX Runtime, which this scedit was built without;"
                            + " build it with mvn package -Ponnx, which adds it to lib (140 MB), or give the network in"
                            + " TorchScript");
        }
        model = Model.newInstance("features", ENGINE);
        String threads = Integer.toString(Torch.threads());
        try (InputStream content = Files.newInputStream(file)) {
            model.load(content, Map.of("intraOpNumThreads", threads, "interOpNumThreads", "1"));
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw new UserException(file + ": is no network in ONNX that ONNX Runtime takes: " + e.getMessage(), e);
        }
    }

    @Override
    public float[][] ofPictures(List<Picture> pictures) {
        return FeatureRows.inBatches(pictures, this::rows);
    }

    private List<float[]> rows(List<Picture> pictures) {
        try (NDManager manager = model.getNDManager().newSubManager();
                Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
            NDArray input = manager.create(scale.values(pictures), scale.shape(pictures.size()));
            NDList results = predictor.predict(new NDList(input));
            results.attach(manager);
            FeatureRows.require(file, results.stream().map(NDArray::getShape).toList(), pictures.size());
            return FeatureRows.of(results.get(0).toFloatArray(), pictures.size());
        } catch (TranslateException | IllegalStateException e) {
            throw new UserException(
                    file + ": cannot be run on an input of " + scale.shape(pictures.size()) + ": " + e.getMessage(), e);
        }
    }

    @Override
    public float[][] ofTexts(List<String> texts) {
        return FeatureRows.noTexts(file);
    }

    @Override
    public void close() {
        model.close();
    }
}
