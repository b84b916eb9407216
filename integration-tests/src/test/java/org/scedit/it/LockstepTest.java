package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.job.Lockstep;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellExecutor;
import org.scedit.core.sweep.CellListener;
import org.scedit.core.sweep.LockstepCells;

/** Tunings that share the U-Net's way down end with the bytes of tunings alone. */
class LockstepTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final BooleanSupplier NEVER = () -> false;
    private static PluginCatalogue catalogue;

    private static final String COMMON = """
            seed: 7
            model: {path: %s}
            data: {source: scenes, styles: [stripes], count: 6}
            train: {batch: 2, accumulate: 2, warmup: 1, schedule: cosine, noise_offset: 0.1, checkpoint_every: 2, %s}
            sample: {count: 1, steps: 1}
            evaluate: {measures: [captions], count: 1}
            tuners: [%s]
            conditions: [%s]
            """;
    private static final String SC_TUNER = "{use: sc-tuner, down_ratio: 1.0}";

    /** They differ in tuners, learning rates, lengths and losses. */
    private static final List<String> VARIANTS = List.of("edges", "narrow", "wide");

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
    void tuningsInLockstepEndWithTheBytesOfTuningsAlone() throws IOException {
        Map<String, Map<String, String>> alone = new TreeMap<>();
        for (String name : VARIANTS) {
            new RecipeRun(catalogue).run(recipe(name), options(NEVER));
            alone.put(name, contents(name));
            delete(folder.resolve(name));
        }

        Lockstep.Outcome outcome = lockstep(false, NEVER);
        assertThat(outcome.failures()).allMatch(Optional::isEmpty);
        assertThat(outcome.secondsSaved()).isPositive();
        assertThat(allContents()).isEqualTo(alone);

        VARIANTS.forEach(name -> delete(folder.resolve(name)));
        var asked = new AtomicInteger();
        assertThat(lockstep(false, () -> asked.getAndIncrement() >= 7).failures())
                .allMatch(Optional::isEmpty);
        assertThat(folder.resolve("wide/summary.md")).doesNotExist();
        new RecipeRun(catalogue).resume(folder.resolve("edges"), null, options(NEVER));
        List<Lockstep.Member> rest = List.of(member("narrow", true, NEVER), member("wide", true, NEVER));
        assertThat(new Lockstep(new RecipeRun(catalogue)).run(rest).failures()).allMatch(Optional::isEmpty);
        assertThat(results(allContents())).isEqualTo(results(alone));
    }

    @Test
    void oneThatFailsDoesNotKeepTheOthers() throws IOException {
        Files.createDirectories(folder.resolve("edges"));
        Files.writeString(folder.resolve("edges/recipe.yaml"), "seed: 1");
        Lockstep.Outcome outcome = lockstep(false, NEVER);
        assertThat(outcome.failures().get(0)).hasValueSatisfying(failure -> assertThat(failure)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds a run already"));
        assertThat(folder.resolve("narrow/cost.json")).content().contains("\"cells\": 3", "encoder_seconds_saved");
        assertThat(folder.resolve("wide/summary.md")).isRegularFile();
    }

    @Test
    void whatEditsTheEncoderOrSeesOtherBatchesIsRefused() {
        List<Lockstep.Member> members = List.of(
                member("narrow", false, NEVER),
                new Lockstep.Member(read("lora", "steps: 4", "{use: lora}"), false, options(NEVER)),
                new Lockstep.Member(
                        read("dropout", "steps: 4, caption_dropout: 0.2", SC_TUNER), false, options(NEVER)));
        assertThatThrownBy(() -> new Lockstep(new RecipeRun(catalogue)).run(members))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("lora: tuner 'lora' (lora) edits layers of the encoder, such as down_blocks.0.")
                .hasMessageContaining("dropout: 'train.caption_dropout' is another than in narrow")
                .hasMessageContaining("2 problems, nothing was started");
        assertThat(folder.resolve("narrow")).doesNotExist();
    }

    @Test
    void theCellsOfASweepAreGrouped() throws IOException {
        Map<String, Recipe> recipes = new TreeMap<>();
        VARIANTS.forEach(name -> recipes.put(name, recipe(name)));
        recipes.put("lora", read("lora", "steps: 4", "{use: lora}"));
        recipes.put("single", read("single", "steps: 4, caption_dropout: 0.2", SC_TUNER));
        List<Cell> cells = recipes.values().stream()
                .map(each -> new Cell(each.name(), each.name(), Map.of(), 7, each.resolved(), each.output()))
                .toList();
        Files.createDirectories(folder.resolve("edges"));
        Files.writeString(folder.resolve("edges/recipe.yaml"), "seed: 1");
        List<String> notices = new ArrayList<>();
        List<String> told = new ArrayList<>();
        var options = new CellExecutor.Options("", 1, 1, Long.MAX_VALUE, cell -> 0, NEVER);
        run(cells, recipes, options, 0, told, notices);
        assertThat(told)
                .containsExactly(
                        "began edges",
                        "began narrow",
                        "began wide",
                        "failed edges",
                        "finished narrow",
                        "finished wide",
                        "alone lora",
                        "alone single");
        assertThat(notices).hasSize(3);
        assertThat(notices.get(0))
                .startsWith("lora is trained alone: tuner 'lora' (lora) edits layers of the encoder, such as ");
        assertThat(notices.subList(1, 3))
                .containsExactly(
                        "3 runs are trained in lockstep: edges narrow wide",
                        "single is trained alone: no other run sees the same batches");
        assertThat(cells.get(0).error()).content().contains("edges/recipe.yaml");
        assertThat(cells.get(2).log()).content().contains("trainable parameters");
    }

    @Test
    void aGroupTakesNoMoreThanTheMemoryThatIsGiven() {
        List<Cell> cells = new ArrayList<>();
        Map<String, Recipe> recipes = new TreeMap<>();
        for (int i = 0; i < 5; i++) {
            Recipe recipe = read("cell" + i, "steps: 4", SC_TUNER);
            recipes.put(recipe.name(), recipe);
            cells.add(new Cell(recipe.name(), recipe.name(), Map.of(), i, recipe.resolved(), recipe.output()));
        }
        List<String> notices = new ArrayList<>();
        // 100 for what they share, and 20 for each: two of them take 140
        var options = new CellExecutor.Options("", 1, 1, 150, cell -> 120, () -> true);
        List<String> told = new ArrayList<>();
        run(cells, recipes, options, 20, told, notices);
        assertThat(notices)
                .containsExactly(
                        "2 runs are trained in lockstep: cell0 cell1",
                        "2 runs are trained in lockstep: cell2 cell3",
                        "cell4 is trained alone: of those that see the same batches no other is left, or fits into memory");
        assertThat(told)
                .containsExactly("stopped cell0", "stopped cell1", "stopped cell2", "stopped cell3", "alone cell4");
    }

    /** @param added the bytes that each adds to those of others */
    private void run(
            List<Cell> cells,
            Map<String, Recipe> recipes,
            CellExecutor.Options options,
            long added,
            List<String> told,
            List<String> notices) {
        new LockstepCells(
                        options,
                        cell -> added,
                        new Lockstep(new RecipeRun(catalogue)),
                        cell -> recipes.get(cell.name()),
                        Optional.of(folder.resolve("shared")),
                        (alone, listener) -> alone.forEach(cell -> told.add("alone " + cell.name())),
                        notices::add)
                .run(cells, listener(told));
    }

    private static CellListener listener(List<String> told) {
        return new CellListener() {
            @Override
            public void began(Cell cell) {
                told.add("began " + cell.name());
            }

            @Override
            public void finished(Cell cell) {
                told.add("finished " + cell.name());
            }

            @Override
            public void failed(Cell cell, String reason) {
                told.add("failed " + cell.name());
            }

            @Override
            public void stopped(Cell cell) {
                told.add("stopped " + cell.name());
            }
        };
    }

    private Lockstep.Outcome lockstep(boolean begun, BooleanSupplier stop) {
        return new Lockstep(new RecipeRun(catalogue))
                .run(VARIANTS.stream().map(name -> member(name, begun, stop)).toList());
    }

    private Lockstep.Member member(String name, boolean begun, BooleanSupplier stop) {
        return new Lockstep.Member(recipe(name), begun, options(stop));
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        return new RecipeRun.Options(
                false, new PrintStream(PrintStream.nullOutputStream()), false, stop, Optional.empty());
    }

    private Recipe recipe(String name) {
        return switch (name) {
            case "narrow" -> read(name, "steps: 4", "{use: sc-tuner, down_ratio: 0.1}");
            case "wide" -> read(name, "steps: 5, learning_rate: 0.002, ema_decay: 0.9", SC_TUNER);
            default -> read(name, "steps: 4, clip_norm: 0.1, min_snr_gamma: 5", "{use: csc-tuner, condition: edges}");
        };
    }

    private Recipe read(String name, String train, String tuner) {
        Path file = folder.resolve(name + ".yaml");
        String conditions = tuner.contains("condition") ? "{use: scene, name: edges, map: edges}" : "";
        AtomicFiles.writeText(file, COMMON.formatted(REPOSITORY.resolve("models/embedded"), train, tuner, conditions));
        return new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures())
                .read(file, List.of("output=" + folder.resolve(name)));
    }

    private Map<String, Map<String, String>> allContents() throws IOException {
        Map<String, Map<String, String>> contents = new TreeMap<>();
        for (String name : VARIANTS) {
            contents.put(name, contents(name));
        }
        return contents;
    }

    /** Hashes of the files that follow from the recipe alone. */
    private Map<String, String> contents(String name) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        Path run = folder.resolve(name);
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = run.relativize(file).toString();
                if (!path.equals("summary.md") && !path.equals("cost.json") && !path.startsWith(".lock")) {
                    hashes.put(path, org.scedit.core.weights.FileHash.sha256(List.of(file)));
                }
            }
        }
        return hashes;
    }

    /** Without what an interruption adds: a checkpoint in between, which takes the place of an older one. */
    private static Map<String, Map<String, String>> results(Map<String, Map<String, String>> contents) {
        contents.values().forEach(files -> {
            String last = new TreeMap<>(files).floorKey("checkpoints/~");
            files.keySet().removeIf(file -> file.startsWith("checkpoints/") && !file.equals(last));
        });
        return contents;
    }

    private static void delete(Path run) {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
