package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.hub.HubModels;
import org.scedit.core.hub.HubSettings;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;

/** A run on a hub's model by name, which is the embedded model in a cache made here, offline. */
class HubRunTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path folder;

    @Test
    void aRunThatIsResumedTakesTheCommitItBeganWith() throws IOException {
        Path model = folder.resolve("hub/models--owner--name");
        copy(REPOSITORY.resolve("models/embedded"), model.resolve("snapshots").resolve(COMMIT));
        Path ref = Files.createDirectories(model.resolve("refs")).resolve("main");
        Files.writeString(ref, COMMIT);
        try (PluginCatalogue catalogue = PluginCatalogue.ofClassPath()) {
            var runs = new RecipeRun(catalogue, () -> new HubModels(offline()));
            Recipe recipe = recipe(catalogue);
            AtomicInteger asked = new AtomicInteger();
            Path run = runs.run(recipe, options(() -> asked.getAndIncrement() >= 1));
            assertThat(run.resolve("recipe.yaml"))
                    .content()
                    .contains("model:\n  hub: owner/name\n  revision: main\n  commit: \"" + COMMIT + "\"\n");
            assertThat(run.resolve("tuners")).doesNotExist();

            Files.writeString(ref, "f".repeat(40)); // main has moved on, to what is not in the cache
            runs.resume(run, recipe, options(() -> false));
            assertThat(run.resolve("tuners/sc-tuner.safetensors")).isRegularFile();
        }
    }

    private HubSettings offline() {
        return new HubSettings(
                URI.create("http://hub.invalid"),
                folder.resolve("hub"),
                Optional.empty(),
                true,
                true,
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                1);
    }

    /** Draws nothing, which takes most of a short run's time. */
    private Recipe recipe(PluginCatalogue catalogue) throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                model: { hub: owner/name }
                tuners: [{ use: sc-tuner }]
                data: { source: scenes, count: 2 }
                train: { steps: 2, batch: 1 }
                """);
        return new RecipeReader(catalogue.tuners()).read(recipe, List.of("output=" + folder.resolve("run")));
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        return new RecipeRun.Options(false, new PrintStream(PrintStream.nullOutputStream()), false, stop);
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(from)) {
            all.filter(Files::isRegularFile).forEach(files::add);
        }
        for (Path file : files) {
            Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }
}
