package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.run.Metrics;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

/** What runs on the embedded model say of themselves: measures, validation, cost, single pictures. */
class MeasuringRunTest {
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
    void measuresOfARecipeAreTakenBeforeAndAfter() {
        Path run = run(
                "measured",
                controlled(),
                "evaluate={measures: [captions, edge-f1, reconstruction, diversity,"
                        + " {use: edge-f1, name: exact, count: 3, tolerance: 0}], count: 2, variations: {prompts: 2, seeds: 3}}");

        List<JsonObject> measures = measures(run);
        assertThat(measures.stream().map(each -> each.get("name").getAsString()))
                .containsExactly(
                        "captions of one object",
                        "captions of two objects",
                        "edge F1 against canny",
                        "PSNR to target (dB)",
                        "SSIM to target",
                        "diversity of seeds",
                        "edge F1 against canny (exact)");
        assertThat(measures.stream().map(each -> each.get("samples").getAsInt()))
                .containsExactly(2, 2, 2, 2, 2, 6, 3);
        assertThat(measures).allSatisfy(each -> assertThat(each.has("before")).isTrue());
        JsonObject exact = measures.get(6);
        assertThat(exact.get("use").getAsString()).isEqualTo("edge-f1");
        assertThat(exact.get("better").getAsString()).isEqualTo("higher");
        assertThat(run.resolve("summary.md"))
                .content()
                .contains("- **edge F1 against canny**: ", " before, ", " after (higher is better, 2 samples)");
    }

    @Test
    void whatARecipeOfScenesDoesNotSayIsMeasuredAsUsual() {
        Path run = run("usual", controlled());
        assertThat(measures(run).stream().map(each -> each.get("name").getAsString() + " " + each.get("samples")))
                .containsExactly(
                        "captions of one object 24",
                        "captions of two objects 24",
                        "style distance 24",
                        "edge F1 against canny 100");
    }

    @Test
    void aRecipeThatOnlyDrawsIsMeasuredWhereItAsksForIt() throws IOException {
        Path file =
                Files.writeString(folder.resolve("drawn.yaml"), """
                model: {path: %s}
                data: {source: scenes, styles: [stripes], count: 1}
                sample: {count: 1, steps: 1}
                evaluate: {measures: [style-distance], count: 2}
                """.formatted(REPOSITORY.resolve("models/embedded")));
        var recipe = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures())
                .read(file, List.of("output=" + folder.resolve("runs/drawn")));
        Path run = new RecipeRun(catalogue).run(recipe, options(() -> false));
        assertThat(measures(run).get(0).get("samples").getAsInt()).isEqualTo(2);
        assertThat(measures(run).get(0).has("before")).isFalse();
        assertThat(json(run.resolve("cost.json")).get("trainable_parameters").getAsLong())
                .isZero();
        assertThat(json(run.resolve("samples/pictures.json")).getAsJsonArray("rows").asList().stream()
                        .map(row -> row.getAsJsonObject().get("name").getAsString()))
                .containsExactly("target", "drawn");
    }

    @Test
    void validationIsTheSameForEveryMethodAndSeedAsLongAsTheWeightsAre() {
        // learning rates so small that the U-Net with its tuner is still the base model
        String[] one = {"seed=1", "train.steps=1", "train.learning_rate=1e-30", "validation={count: 3, timesteps: 2}"};
        String[] other = {
            "seed=2",
            "train.steps=1",
            "train.learning_rate=1e-30",
            "tuners=[{use: lora, rank: 2, dropout: 0.5}]",
            "validation={count: 3, timesteps: 2}"
        };
        double first = last(run("one", one)).values().get(Metrics.VALIDATION_LOSS);
        double second = last(run("other", other)).values().get(Metrics.VALIDATION_LOSS);

        assertThat(first).isBetween(0.01, 0.5);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void anInterruptedRunWithValidationEndsWithTheSameBytes() {
        String[] changes = {
            "train.steps=5",
            "validation={count: 2, every: 2, timesteps: 2}",
            "evaluate={measures:" + " [style-distance], count: 1, before: false}"
        };
        Path whole = run("whole", changes);
        AtomicInteger asked = new AtomicInteger();
        Path stopped = run("stopped", () -> asked.getAndIncrement() >= 3, changes);
        assertThat(stopped.resolve("summary.md")).doesNotExist();

        new RecipeRun(catalogue).resume(stopped, null, options(() -> false));

        for (String file : List.of("metrics.jsonl", "loss.png", "measures.json", "samples/pictures.json")) {
            assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        List<Metrics.Line> lines = Metrics.read(whole.resolve("metrics.jsonl"));
        assertThat(lines.stream()
                        .filter(line -> line.values().containsKey(Metrics.VALIDATION_LOSS))
                        .map(Metrics.Line::step))
                .containsExactly(2, 4, 5);
        assertThat(lines.get(4).values()).containsKeys(Metrics.LOSS, Metrics.TRAINING_LOSS);
        assertThat(measures(whole).get(0).has("before")).isFalse();
    }

    @Test
    void aShareOfAFolderIsHeldOutAndMeasuredOn() {
        Path photos = photos(10);
        Path run = run(
                "folder",
                "data={source: folder, path: " + photos + "}",
                "train.steps=1",
                "validation={fraction: 0.3, count: 32, timesteps: 1}",
                "sample={prompts: [a red circle], steps: 1}",
                "evaluate={measures: [reconstruction], count: 3}");
        assertThat(last(run).values()).containsKeys(Metrics.VALIDATION_LOSS, Metrics.TRAINING_LOSS);
        assertThat(measures(run).get(0).get("samples").getAsInt()).isEqualTo(3);
        assertThat(run.resolve("summary.md")).content().contains("- **validation loss**: ");
    }

    @Test
    void whatCannotBeMeasuredIsToldBeforeAnythingIsMade() {
        refuses(
                "evaluate: measure 'edge-f1' compares pictures with the maps of a condition, and the recipe's tuners"
                        + " take none; remove it",
                "evaluate={measures: [edge-f1]}");
        // the training pictures are their own maps here, and two of the held-out pictures have none
        Path maps = photos(4);
        Path heldOut = photos(6);
        refuses(
                maps + ": does not hold a map for each picture\n  " + heldOut.resolve("4.png") + ": has no map "
                        + maps.resolve("4.png") + "\n  " + heldOut.resolve("5.png") + ": has no map "
                        + maps.resolve("5.png"),
                "tuners=[{use: csc-tuner, hint_channels: 16, kernel: 1}]",
                "conditions=[{use: file, name: canny, path: " + maps + "}]",
                "data={source: folder, path: " + maps + "}",
                "validation.path=" + heldOut,
                "sample={prompts: [a red circle], controls: {canny: " + maps.resolve("1.png") + "}}");
        refuses(
                "evaluate: measure 'reconstruction' sees 48 pictures, and 1 is held out; lower it, or hold out more in"
                        + " 'validation'\nevaluate.references asks for 9 pictures, and 1 is held out; lower it, or hold"
                        + " out more in 'validation'\n2 problems, nothing was started",
                "data={source: folder, path: " + photos(4) + "}",
                "validation.fraction=0.2",
                "sample={prompts: [a red circle]}",
                "evaluate={measures: [reconstruction], references: 9}");
    }

    @Test
    void costAndPicturesAreThereForWhoeverComparesRuns() throws IOException {
        Path run =
                run("cost", controlled(), "sample={count: 2, steps: 1}", "evaluate={measures: [captions], count: 1}");

        JsonObject cost = json(run.resolve("cost.json"));
        assertThat(cost.get("trainable_parameters").getAsLong()).isPositive();
        assertThat(cost.get("file_bytes").getAsLong())
                .isEqualTo(Files.size(run.resolve("tuners/csc-tuner.safetensors")));
        assertThat(cost.get("peak_above_frozen_mib").getAsLong())
                .isEqualTo(cost.get("peak_memory_mib").getAsLong()
                        - cost.get("frozen_memory_mib").getAsLong());
        assertThat(cost.get("step_seconds").getAsDouble()).isPositive();
        assertThat(cost.get("backward_share").getAsDouble()).isBetween(0.01, 0.99);
        assertThat(cost.get("picture_seconds").getAsDouble()).isPositive();
        assertThat(cost.get("base_sha256").getAsString()).hasSize(64);
        assertThat(cost.keySet()).contains("device", "threads", "versions", "machine", "finished");

        JsonObject samples = json(run.resolve("samples/pictures.json"));
        JsonArray rows = samples.getAsJsonArray("rows");
        assertThat(rows.asList().stream()
                        .map(row -> row.getAsJsonObject().get("name").getAsString()))
                .containsExactly("condition canny", "target", "before", "after");
        assertThat(samples.getAsJsonArray("prompts")).hasSize(2);
        assertThat(samples.getAsJsonArray("seeds").toString()).isEqualTo("[2023,2024]");
        assertThat(Pictures.read(run.resolve("samples/condition-canny/01.png")).width())
                .isEqualTo(64);

        new RecipeRun(catalogue).resume(run, null, options(() -> false)); // after the last step
        for (String measured : List.of("step_seconds", "backward_share", "peak_memory_mib")) {
            assertThat(json(run.resolve("cost.json")).get(measured)).isEqualTo(cost.get(measured));
        }
    }

    private void refuses(String message, String... changes) {
        assertThatThrownBy(() -> run("refused", changes))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
        assertThat(folder.resolve("runs/refused")).doesNotExist();
    }

    /** A tuner that follows exact edges. */
    private static String[] controlled(String... further) {
        List<String> changes = new ArrayList<>(List.of(
                "tuners=[{use: csc-tuner, hint_channels: 16, kernel: 1}]",
                "conditions=[{use: scene, name: canny, map: edges}]"));
        changes.addAll(Arrays.asList(further));
        return changes.toArray(String[]::new);
    }

    private Path photos(int count) {
        try {
            Path photos = Files.createDirectories(folder.resolve("photos" + count));
            var scenes = new SceneDataset(3, Split.TRAIN, SceneSampler.DEFAULT_COUNTS, List.of(Style.STRIPES), count);
            for (int i = 0; i < count; i++) {
                Pictures.writePng(scenes.get(i).picture(), photos.resolve(i + ".png"));
                Files.writeString(photos.resolve(i + ".txt"), scenes.get(i).caption());
            }
            return photos;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path run(String name, String[] first, String... changes) {
        List<String> all = new ArrayList<>(Arrays.asList(first));
        all.addAll(Arrays.asList(changes));
        return run(name, () -> false, all.toArray(String[]::new));
    }

    private Path run(String name, String... changes) {
        return run(name, () -> false, changes);
    }

    private Path run(String name, BooleanSupplier stop, String... changes) {
        try {
            Path file = Files.writeString(
                    folder.resolve("measured.yaml"), """
                    model: {path: %s}
                    tuners: [{use: sc-tuner}]
                    data: {source: scenes, styles: [stripes], count: 4}
                    train: {steps: 2, batch: 2}
                    sample: {count: 1, steps: 1}
                    """.formatted(REPOSITORY.resolve("models/embedded")));
            List<String> overrides =
                    new ArrayList<>(List.of("output=" + folder.resolve("runs").resolve(name)));
            overrides.addAll(Arrays.asList(changes));
            var recipe = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures())
                    .read(file, overrides);
            return new RecipeRun(catalogue).run(recipe, options(stop));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun.Options(false, out, false, stop);
    }

    private static Metrics.Line last(Path run) {
        List<Metrics.Line> lines = Metrics.read(run.resolve("metrics.jsonl"));
        return lines.get(lines.size() - 1);
    }

    private static List<JsonObject> measures(Path run) {
        return json(run.resolve("measures.json")).getAsJsonArray("measures").asList().stream()
                .map(each -> each.getAsJsonObject())
                .toList();
    }

    private static JsonObject json(Path file) {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
