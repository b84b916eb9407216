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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.features.EmbeddedFeatures;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneRenderer;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

/** The task that trains a feature network, in three steps. */
class FeaturesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path EMBEDDED = REPOSITORY.resolve("models/embedded");

    @TempDir
    Path folder;

    @Test
    void aNetworkIsTrainedTheSameWhetherOrNotItIsInterrupted() throws IOException {
        try (PluginCatalogue catalogue = PluginCatalogue.ofClassPath()) {
            Path whole = new RecipeRun(catalogue).run(recipe("whole"), options(() -> false));
            var asked = new AtomicInteger();
            Path begun = new RecipeRun(catalogue).run(recipe("begun"), options(() -> asked.incrementAndGet() > 2));
            assertThat(begun.resolve("model")).doesNotExist();
            Path resumed = new RecipeRun(catalogue).resume(begun, null, options(() -> false));
            assertThat(resumed.resolve("model/model.safetensors"))
                    .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
            assertThat(whole.resolve("summary.md")).content().contains("own caption over a near miss's: ");
            describesPicturesAndTexts(whole.resolve("model"));
            isRefusedBesideAnotherTextEncoder(whole.resolve("model"));
        }
    }

    private static void describesPicturesAndTexts(Path network) {
        Scene scene = new SceneSampler(1, Split.TRAIN, List.of(1)).scene(0);
        try (EmbeddedFeatures features = EmbeddedFeatures.open(network, EMBEDDED)) {
            float[][] rows = features.ofPictures(
                    List.of(SceneRenderer.render(scene, Style.PLAIN), SceneRenderer.render(scene, Style.DOTS)));
            assertThat(rows).hasDimensions(2, 96);
            assertThat(rows[0]).isNotEqualTo(rows[1]);
            assertThat(features.ofTexts(List.of("a red circle", "a blue cross", "two crosses")))
                    .hasDimensions(3, 96);
        }
    }

    private static void isRefusedBesideAnotherTextEncoder(Path network) throws IOException {
        Path config = network.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"[0-9a-f]{64}\"", "\"0\""));
        assertThatThrownBy(() -> EmbeddedFeatures.open(network, EMBEDDED))
                .isInstanceOf(UserException.class)
                .hasMessage(network + ": the features were trained beside another text encoder than that of " + EMBEDDED
                        + "; train them anew with scedit run recipes/embedded/features.yaml");
    }

    private Recipe recipe(String name) {
        return new RecipeReader(java.util.Map.of())
                .read(
                        REPOSITORY.resolve("recipes/embedded/features.yaml"),
                        List.of(
                                "name=features",
                                "output=" + folder.resolve(name),
                                "model.path=" + EMBEDDED,
                                "data.count=12",
                                "train.steps=3",
                                "train.warmup=1",
                                "train.batch=4"));
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun.Options(false, out, false, stop);
    }
}
