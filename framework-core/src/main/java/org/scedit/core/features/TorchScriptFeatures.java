package org.scedit.core.features;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptModule;
import org.scedit.core.engine.Torch;
import org.scedit.core.measure.FeatureNetwork;

/** Features by a TorchScript file: {@code (pictures, 3, size, size) → (pictures, features)}. */
public final class TorchScriptFeatures implements FeatureNetwork {
    private final Path file;
    private final PictureScale scale;
    private final ScriptModule network;

    /** @throws UserException if the file holds no network in TorchScript */
    public TorchScriptFeatures(Path file, PictureScale scale) {
        this.file = file;
        this.scale = scale;
        network = ScriptModule.open(file);
    }

    @Override
    public float[][] ofPictures(List<Picture> pictures) {
        return FeatureRows.inBatches(pictures, this::rows);
    }

    private List<float[]> rows(List<Picture> pictures) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray input = Torch.of(manager, scale.values(pictures), scale.shape(pictures.size()));
            List<NDArray> results = network.call(input);
            FeatureRows.require(file, results.stream().map(NDArray::getShape).toList(), pictures.size());
            return FeatureRows.of(Torch.floats(results.get(0)), pictures.size());
        }
    }

    @Override
    public float[][] ofTexts(List<String> texts) {
        return FeatureRows.noTexts(file);
    }

    @Override
    public void close() {
        network.close();
    }
}
