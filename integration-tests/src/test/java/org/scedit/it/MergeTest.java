package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.testkit.TinyModel;
import org.scedit.testkit.TunerRecipe;

/** Drawing from a recipe with a tuner that is merged into the U-Net's weights. */
class MergeTest {
    private static PluginCatalogue catalogue;

    @TempDir
    private static Path folder;

    private static Path model;
    private static int threads;

    @BeforeAll
    static void makeModel() {
        threads = Torch.threads();
        Torch.setThreads(1); // the arrays are so small that a second thread only waits
        catalogue = PluginCatalogue.ofClassPath();
        model = folder.resolve("model");
        TinyModel.write(model, 3);
    }

    @AfterAll
    static void unload() {
        Torch.setThreads(threads);
        catalogue.close();
    }

    @Test
    void aMergedLoraDrawsTheSamePicture() throws IOException {
        Path lora = tuner("lora", "rank: 4");
        Picture merged = draw("merged", "lora, rank: 4, merge: true", lora);
        Picture unmerged = draw("unmerged", "lora, rank: 4", lora);
        Picture without = draw("without", "lora, rank: 4, scale: 0, merge: true", lora);
        // sums in another order: a rounding of one in 255 where a colour lies between two
        assertThat(largestDifference(merged, unmerged)).isLessThanOrEqualTo(1);
        assertThat(largestDifference(merged, without)).isGreaterThan(5);
    }

    @Test
    void aTunerOfSkipsIsRefusedBeforeAWeightOfTheModelIsRead() throws IOException {
        Path tuner = tuner("sc-tuner", "down_ratio: 1.0");
        Files.move(model.resolve("vae"), folder.resolve("vae-elsewhere"));
        try {
            assertThatThrownBy(() -> draw("refused", "sc-tuner, merge: true", tuner))
                    .isInstanceOf(UserException.class)
                    .hasMessage("tuner 'sc-tuner' (sc-tuner) cannot be merged into the U-Net's weights: it adds to skip"
                            + " connections or features, where there is no weight to change; use it unmerged\n"
                            + "1 problem, nothing was started");
        } finally {
            Files.move(folder.resolve("vae-elsewhere"), model.resolve("vae"));
        }
        assertThat(folder.resolve("refused")).doesNotExist();
    }

    /** A tuner's file with random weights. */
    private static Path tuner(String use, String setting) {
        var unet = UNet.fromConfig(model.resolve("unet/config.json"));
        var provider = catalogue.tuners().get(use);
        Path file = folder.resolve(use + ".safetensors");
        try (TunerInstance tuner =
                        TunerInstance.create(use, provider, TunerRecipe.settings(provider, setting), unet, 5);
                NDManager manager = Torch.newManager()) {
            int seed = 1;
            for (NDArray array : tuner.arrays().values()) {
                Ops.copyInto(
                        array, Torch.normal(manager, seed++, array.getShape()).mul(0.2f));
            }
            TunerFiles.write(tuner, file, Map.of());
        }
        return file;
    }

    private static Picture draw(String name, String tuner, Path weights) throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("draw.yaml"), """
                output: %s
                model: {path: %s}
                tuners: [{use: %s, weights: %s}]
                sample: {prompts: [a red circle], steps: 2}
                """.formatted(folder.resolve(name), model, tuner, weights));
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Path run = new RecipeRun(catalogue)
                .run(
                        new RecipeReader(catalogue.tuners()).read(recipe, List.of()),
                        new RecipeRun.Options(false, out, false, () -> false));
        return Pictures.read(run.resolve("samples/pictures.png"));
    }

    private static int largestDifference(Picture one, Picture other) {
        int largest = 0;
        for (int y = 0; y < one.height(); y++) {
            for (int x = 0; x < one.width(); x++) {
                for (int channel = 0; channel < 3; channel++) {
                    largest = Math.max(largest, Math.abs(one.at(x, y, channel) - other.at(x, y, channel)));
                }
            }
        }
        return largest;
    }
}
