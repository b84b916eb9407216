package org.scedit.testkit.golden;

import ai.djl.ndarray.NDManager;
import org.scedit.core.engine.Precision;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.model.WeightLoader;
import org.scedit.core.weights.SafetensorsFile;

/** Loads models from the folders of cases, float32; {@code folder} is relative to the case's, empty for it itself. */
final class Models {
    private Models() {}

    static UNet unet(GoldenCase goldenCase, String folder, NDManager manager) {
        UNet unet = UNet.fromConfig(goldenCase.file(folder + "config.json"));
        loader(manager).load(unet.parameters(), SafetensorsFile.open(goldenCase.file(folder + DiffusionModel.WEIGHTS)));
        return unet;
    }

    static Autoencoder autoencoder(GoldenCase goldenCase, String folder, NDManager manager) {
        Autoencoder autoencoder = Autoencoder.fromConfig(goldenCase.file(folder + "config.json"));
        loader(manager)
                .renaming(Autoencoder::currentName)
                .load(autoencoder.parameters(), SafetensorsFile.open(goldenCase.file(folder + DiffusionModel.WEIGHTS)));
        return autoencoder;
    }

    static TextEncoder textEncoder(GoldenCase goldenCase, String folder, NDManager manager) {
        TextEncoder encoder = TextEncoder.fromConfig(goldenCase.file(folder + "config.json"));
        loader(manager)
                .load(
                        encoder.parameters(),
                        SafetensorsFile.open(goldenCase.file(folder + DiffusionModel.TEXT_WEIGHTS)));
        return encoder;
    }

    private static WeightLoader loader(NDManager manager) {
        return new WeightLoader(manager, Precision.FLOAT32);
    }
}
