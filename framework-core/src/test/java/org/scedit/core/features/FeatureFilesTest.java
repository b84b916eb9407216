package org.scedit.core.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.measure.FeatureNetwork;

/**
 * Feature networks from files. {@code means.pt} gives the means of red, green and blue and twice the largest red;
 * {@code no-rows.pt} gives twice its input. Both were written by torch.jit.script and save().
 */
class FeatureFilesTest {
    private static final Path FOLDER = Path.of("src/test/resources/features");
    private static final PictureScale UNIT = new PictureScale(4, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

    @TempDir
    Path temp;

    @Test
    void aTorchScriptFileGivesARowForEachPicture() {
        try (FeatureNetwork network = new TorchScriptFeatures(FOLDER.resolve("means.pt"), UNIT)) {
            float[][] rows = network.ofPictures(List.of(picture(255, 0, 255), picture(0, 255, 0)));
            assertThat(rows).isDeepEqualTo(new float[][] {{1, 0, 1, 2}, {0, 1, 0, 0}});
        }
    }

    @Test
    void picturesAreResizedAndNormalised() {
        var scale = new PictureScale(2, List.of(0.5, 0.0, 0.2), List.of(0.5, 1.0, 0.1));
        try (FeatureNetwork network = new TorchScriptFeatures(FOLDER.resolve("means.pt"), scale)) {
            float[][] rows = network.ofPictures(List.of(picture(255, 51, 51)));
            assertThat(rows[0]).containsExactly(new float[] {1, 0.2f, 0, 2}, within(1e-6f));
        }
    }

    @Test
    void manyPicturesAreAsEachByItself() {
        List<Picture> pictures = Collections.nCopies(70, picture(255, 0, 255));
        try (FeatureNetwork network = new TorchScriptFeatures(FOLDER.resolve("means.pt"), UNIT)) {
            assertThat(List.of(network.ofPictures(pictures))).hasSize(70).allSatisfy(row -> assertThat(row)
                    .containsExactly(1, 0, 1, 2));
        }
    }

    @Test
    void anOnnxFileGivesARowForEachPicture() {
        Path file = OnnxFile.write(temp.resolve("means.onnx"), "GlobalAveragePool", 4);
        try (FeatureNetwork network = new OnnxFeatures(file, UNIT)) {
            float[][] rows = network.ofPictures(List.of(picture(255, 0, 255), picture(0, 255, 0)));
            assertThat(rows).isDeepEqualTo(new float[][] {{1, 0, 1}, {0, 1, 0}});
        }
    }

    @Test
    void whatIsNoTorchScriptIsRefused() throws IOException {
        Path text = Files.writeString(temp.resolve("text.pt"), "no network");
        assertThatThrownBy(() -> new TorchScriptFeatures(text, UNIT))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(text + ": is no network in TorchScript; write one with torch.jit.trace or"
                        + " torch.jit.script and its save(): ")
                .hasMessageNotContaining("\n");
        Path missing = temp.resolve("missing.pt");
        assertThatThrownBy(() -> new TorchScriptFeatures(missing, UNIT)).hasMessage(missing + ": no such file");
    }

    @Test
    void whatIsNoOnnxIsRefused() throws IOException {
        Path text = Files.writeString(temp.resolve("text.onnx"), "no network");
        assertThatThrownBy(() -> new OnnxFeatures(text, UNIT))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(text + ": is no network in ONNX that ONNX Runtime takes: ");
    }

    @Test
    void resultsOfAnotherShapeAreRefused() {
        Path script = FOLDER.resolve("no-rows.pt");
        try (FeatureNetwork network = new TorchScriptFeatures(script, UNIT)) {
            assertThatThrownBy(() -> network.ofPictures(List.of(picture(1, 2, 3), picture(1, 2, 3))))
                    .isInstanceOf(UserException.class)
                    .hasMessage(script + ": gives (2, 3, 4, 4) for 2 pictures, expected one row of numbers for each,"
                            + " (2, features); pool it over the pixels in the network");
        }
        Path onnx = OnnxFile.write(temp.resolve("same.onnx"), "Identity", 4);
        try (FeatureNetwork network = new OnnxFeatures(onnx, UNIT)) {
            assertThatThrownBy(() -> network.ofPictures(List.of(picture(1, 2, 3))))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(onnx + ": gives (1, 3, 4, 4) for 1 pictures");
        }
    }

    @Test
    void aNetworkThatTakesAnotherSizeIsRefused() {
        Path onnx = OnnxFile.write(temp.resolve("means.onnx"), "GlobalAveragePool", 8);
        try (FeatureNetwork network = new OnnxFeatures(onnx, UNIT)) {
            assertThatThrownBy(() -> network.ofPictures(List.of(picture(1, 2, 3))))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith(onnx + ": cannot be run on an input of (1, 3, 4, 4): ");
        }
    }

    @Test
    void filesKnowNoTexts() {
        Path script = FOLDER.resolve("means.pt");
        try (FeatureNetwork network = new TorchScriptFeatures(script, UNIT)) {
            assertThatThrownBy(() -> network.ofTexts(List.of("a red circle")))
                    .isInstanceOf(UserException.class)
                    .hasMessage(script + ": gives features of pictures only, and a measure asks for those of texts;"
                            + " leave it out, or take the embedded features");
        }
    }

    private static Picture picture(int red, int green, int blue) {
        byte[] rgb = new byte[3 * 16];
        for (int i = 0; i < 16; i++) {
            rgb[3 * i] = (byte) red;
            rgb[3 * i + 1] = (byte) green;
            rgb[3 * i + 2] = (byte) blue;
        }
        return Picture.of(4, 4, rgb);
    }
}
