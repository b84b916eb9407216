package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;

/** Whole runs on the embedded model: what they leave, and that an interrupted one ends the same. */
class RunTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static PluginCatalogue catalogue;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        catalogue = PluginCatalogue.ofClassPath();
    }

    @AfterAll
    static void unload() {
        catalogue.close();
    }

    @Test
    void aRunLeavesWhatTheReadmeNames() {
        Path run = run(quickstart("whole", 4), () -> false);
        assertThat(run.resolve("recipe.yaml")).isRegularFile();
        assertThat(run.resolve("tuners/sc-tuner.safetensors")).isRegularFile();
        assertThat(run.resolve("metrics.jsonl")).content().hasLineCount(4);
        assertThat(run.resolve("loss.png")).isRegularFile();
        assertThat(run.resolve("samples/before-after.png")).isRegularFile();
        assertThat(run.resolve("checkpoints/step-000004")).isDirectory();
        assertThat(run.resolve("summary.md")).content().contains("142,528 trainable parameters", "style distance");
    }

    @Test
    void aRunThatWasInterruptedAndResumedEndsWithTheSameBytes() {
        Path whole = run(quickstart("whole", 6), () -> false);
        AtomicInteger asked = new AtomicInteger();
        Path stopped = run(quickstart("stopped", 6), () -> asked.getAndIncrement() >= 3);
        assertThat(stopped.resolve("tuners")).doesNotExist();
        assertThat(stopped.resolve("checkpoints/step-000003")).isDirectory();

        new RecipeRun(catalogue).resume(stopped, null, options(() -> false, new ByteArrayOutputStream()));

        for (String file : List.of("metrics.jsonl", "loss.png", "samples/after.png")) {
            assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(weights(stopped)).isEqualTo(weights(whole));
    }

    @Test
    void aRunOfAnotherRecipeIsNotGoneOnWith() {
        Path run = run(quickstart("begun", 2), () -> false);
        Recipe other = read("begun", "train.steps=3");
        assertThatThrownBy(() ->
                        new RecipeRun(catalogue).resume(run, other, options(() -> false, new ByteArrayOutputStream())))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("was begun with another recipe\n  train.steps: 2 before, 3 now\n");
    }

    @Test
    void theEmbeddedModelIsMadeByTheRecipesInTheRepository() {
        Recipe vae = new RecipeReader(catalogue.tuners())
                .read(
                        REPOSITORY.resolve("recipes/embedded/autoencoder.yaml"),
                        List.of(
                                "model.path=" + REPOSITORY.resolve("models/embedded"),
                                "output=" + folder.resolve("vae"),
                                "train.steps=2",
                                "train.warmup=1",
                                "train.batch=2"));
        Path first = run(vae, () -> false);
        Recipe unet = new RecipeReader(catalogue.tuners())
                .read(
                        REPOSITORY.resolve("recipes/embedded/unet.yaml"),
                        List.of(
                                "model.path=" + first.resolve("model"),
                                "output=" + folder.resolve("unet"),
                                "data.count=8",
                                "train.steps=2",
                                "train.warmup=1",
                                "train.batch=2",
                                "sample.count=1",
                                "sample.steps=1",
                                "sample.every=0"));
        Path model = run(unet, () -> false).resolve("model");
        assertThat(model.resolve("model_index.json")).isRegularFile();
        assertThat(model.resolve("vae/diffusion_pytorch_model.safetensors"))
                .hasSameBinaryContentAs(first.resolve("model/vae/diffusion_pytorch_model.safetensors"));
        assertThat(model.resolve("unet/diffusion_pytorch_model.safetensors")).isRegularFile();
        assertThat(model.resolve("text_encoder/model.safetensors")).isRegularFile();
    }

    private Recipe quickstart(String name, int steps) {
        return read(name, "train.steps=" + steps);
    }

    private Recipe read(String name, String steps) {
        return new RecipeReader(catalogue.tuners())
                .read(
                        REPOSITORY.resolve("recipes/quickstart.yaml"),
                        List.of(
                                "model.path=" + REPOSITORY.resolve("models/embedded"),
                                "output=" + folder.resolve(name),
                                steps,
                                "train.warmup=1",
                                "train.batch=2",
                                "train.ema_decay=0.9",
                                "data.count=6",
                                "sample.prompts=[a red circle]",
                                "sample.steps=1"));
    }

    private static Path run(Recipe recipe, BooleanSupplier stop) {
        return new RecipeRun(catalogue).run(recipe, options(stop, new ByteArrayOutputStream()));
    }

    private static RecipeRun.Options options(BooleanSupplier stop, ByteArrayOutputStream out) {
        return new RecipeRun.Options(false, new PrintStream(out, true, StandardCharsets.UTF_8), false, stop);
    }

    /** The tensors' bytes: what comes before them holds the run's own output folder. */
    private static byte[] weights(Path run) {
        try {
            byte[] file = Files.readAllBytes(run.resolve("tuners/sc-tuner.safetensors"));
            int header = java.nio.ByteBuffer.wrap(file)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .getInt();
            return java.util.Arrays.copyOfRange(file, 8 + header, file.length);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
