package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

/**
 * Every sweep of {@code sweeps.txt}: a recipe, other files or overrides where it needs them, and what comes of it: the name
 * of each run with the keys in which its resolved recipe differs from {@code good.yaml}, or the whole text of the refusal.
 * Each is read in a folder that also holds what {@link RecipeFolder} lists.
 */
class SweepReaderTest {
    private static final int SWEEPS = 52;

    @TempDir
    Path temporary;

    private record Case(String name, Map<String, String> files, List<String> overrides, String result) {}

    @TestFactory
    Stream<DynamicTest> sweeps() throws IOException {
        return corpus().stream()
                .map(each -> DynamicTest.dynamicTest(
                        each.name, () -> assertThat(result(each)).isEqualTo(each.result)));
    }

    @Test
    void corpusIsWhole() throws IOException {
        assertThat(corpus()).hasSize(SWEEPS);
        assertThat(corpus().stream().map(Case::name)).doesNotHaveDuplicates();
    }

    @Test
    void whatIsWrittenOutReadsBackAsTheSameSweep() throws IOException {
        for (Case each : corpus()) {
            if (each.files.containsKey("recipe.yaml") && !each.result.contains("nothing was started")) {
                RecipeFolder folder = folder(each);
                Sweep sweep = sweep(folder, each.overrides);
                folder.with("again.yaml", sweep.written());
                assertThat(folder.reader()
                                .readSweep(Path.of("again.yaml"), List.of(), 1000)
                                .orElseThrow())
                        .as(each.name)
                        .isEqualTo(sweep);
            }
        }
    }

    @Test
    void aSweepIsNoRunAndARecipeIsNoSweep() throws IOException {
        var folder = RecipeFolder.in(temporary).with("recipe.yaml", "extends: good.yaml\nsweep: { seeds: [1, 2] }\n");
        assertThatThrownBy(() -> folder.read("recipe.yaml"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "recipe.yaml:2:1   sweep makes many runs of the recipe; do them by scedit ablate recipe.yaml,"
                                + " or leave it out\n1 problem, nothing was started");
        assertThat(folder.reader().readSweep(Path.of("good.yaml"), List.of(), 1000))
                .isEmpty();
    }

    @Test
    void manyRunsAreMadeWhenTheyAreAllowed() throws IOException {
        var folder = RecipeFolder.in(temporary)
                .with(
                        "recipe.yaml",
                        "extends: good.yaml\nsweep: { random: { count: 1500, draw:"
                                + " { train.clip_norm: { uniform: [0, 1] }, train.warmup: { int: [0, 300] } } } }\n");
        assertThat(folder.reader()
                        .readSweep(Path.of("recipe.yaml"), List.of(), 1500)
                        .orElseThrow()
                        .variants())
                .hasSize(1500);
    }

    private String result(Case each) throws IOException {
        RecipeFolder folder = folder(each);
        Recipe good = folder.read("good.yaml");
        try {
            Sweep sweep = sweep(folder, each.overrides);
            List<String> lines = new ArrayList<>();
            for (Sweep.Variant variant : sweep.variants()) {
                assertThat(variant.recipe().output())
                        .isEqualTo(sweep.folder().resolve("cells").resolve(variant.name()));
                lines.add(
                        variant.name().equals(variant.group())
                                ? variant.name()
                                : variant.name() + " of " + variant.group());
                lines.add("  " + variant.settings());
                RecipeDifference.between(good.resolved(), variant.recipe().resolved()).stream()
                        .filter(line -> !line.startsWith("name:") && !line.startsWith("output:"))
                        .forEach(line -> lines.add("  " + line));
            }
            sweep.select().ifPresent(select -> lines.add(select.toString()));
            if (!sweep.replicates().isEmpty()) {
                lines.add("replicates " + sweep.replicates());
            }
            return String.join("\n", lines);
        } catch (UserException refused) {
            return refused.getMessage();
        }
    }

    private RecipeFolder folder(Case each) throws IOException {
        var folder = RecipeFolder.in(temporary.resolve(each.name));
        for (Map.Entry<String, String> file : each.files.entrySet()) {
            folder.with(file.getKey(), file.getValue());
        }
        return folder;
    }

    private static Sweep sweep(RecipeFolder folder, List<String> overrides) {
        return folder.reader()
                .readSweep(Path.of("recipe.yaml"), overrides, 1000)
                .orElseThrow();
    }

    /**
     * {@code === name} begins a sweep, {@code --- FILE} a file of it, {@code --- overrides} its command line and
     * {@code --- result} what comes of it.
     */
    private static List<Case> corpus() throws IOException {
        String text;
        try (var in = SweepReaderTest.class.getResourceAsStream("sweeps.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Case> cases = new ArrayList<>();
        for (String block : text.split("(?m)^=== ")) {
            if (block.startsWith("#")) {
                continue;
            }
            String[] parts = block.split("(?m)^--- ");
            Map<String, String> files = new LinkedHashMap<>();
            for (int i = 1; i < parts.length; i++) {
                String[] part = parts[i].split("\n", 2);
                files.put(part[0], part[1]);
            }
            String result = files.getOrDefault("result", "").strip();
            String overrides = files.getOrDefault("overrides", "").strip();
            files.keySet().removeAll(List.of("result", "overrides"));
            cases.add(new Case(parts[0].strip(), files, overrides.lines().toList(), result));
        }
        return cases;
    }
}
