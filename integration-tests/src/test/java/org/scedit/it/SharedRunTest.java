package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;

/** What runs share changes nothing but the time. */
class SharedRunTest {
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
    void aRunThatSharesEndsWithTheBytesOfOneThatDoesNot() throws IOException {
        Path shared = folder.resolve("shared");
        Path alone = run("alone", Optional.empty());
        Path first = run("first", Optional.of(shared));
        var files = contents(shared);
        assertThat(files.keySet())
                .filteredOn(name -> name.startsWith("pictures"))
                .hasSize(1);
        Path second = run("second", Optional.of(shared), "tuners[0].down_ratio=0.5");
        Path again = run("again", Optional.of(shared));
        assertThat(contents(shared)).isEqualTo(files);

        for (Path run : List.of(first, again)) {
            for (String file : List.of("metrics.jsonl", "samples/after.png")) {
                assertThat(run.resolve(file)).hasSameBinaryContentAs(alone.resolve(file));
            }
        }
        assertThat(Files.readString(second.resolve("metrics.jsonl")))
                .isNotEqualTo(Files.readString(alone.resolve("metrics.jsonl")));
    }

    @Test
    void otherPicturesAreEncodedForThemselves() throws IOException {
        Path shared = folder.resolve("shared");
        run("first", Optional.of(shared));
        run("second", Optional.of(shared), "data.seed=5");
        assertThat(contents(shared).keySet())
                .filteredOn(name -> name.startsWith("pictures"))
                .hasSize(2);
    }

    /** The whole files by their paths, with the time they were written at. */
    private static TreeMap<String, Long> contents(Path shared) throws IOException {
        var contents = new TreeMap<String, Long>();
        try (Stream<Path> files = Files.walk(shared)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".safetensors"))
                    .toList()) {
                contents.put(
                        shared.relativize(file).toString(),
                        Files.getLastModifiedTime(file).toMillis());
            }
        }
        return contents;
    }

    private Path run(String name, Optional<Path> shared, String... changes) {
        List<String> all = new ArrayList<>(List.of(
                "model.path=" + REPOSITORY.resolve("models/embedded"),
                "output=" + folder.resolve(name),
                "train.steps=2",
                "train.warmup=1",
                "train.batch=2",
                "data.count=6",
                "evaluate={measures: [captions], count: 1}",
                "sample.prompts=[a red circle]",
                "sample.steps=1"));
        all.addAll(List.of(changes));
        var recipe = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures())
                .read(REPOSITORY.resolve("recipes/quickstart.yaml"), all);
        var out = new PrintStream(PrintStream.nullOutputStream());
        return new RecipeRun(catalogue).run(recipe, new RecipeRun.Options(false, out, false, () -> false, shared));
    }
}
