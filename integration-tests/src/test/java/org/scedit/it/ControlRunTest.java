package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
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
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneMap;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.weights.SafetensorsFile;

/** Runs of tuners that take condition maps, on the embedded model. */
class ControlRunTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int GAP = 14;
    private static final int LABEL = 28;
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
    void theMapsAreShownAboveThePicturesAndToldInTheTunersFile() {
        Path run = run(
                read("shown", "conditions=[{use: scene, name: canny, map: edges}]", "sample={count: 1, steps: 1}"),
                () -> false);

        Scene scene = new SceneSampler(2023, Split.TRAIN, SceneSampler.DEFAULT_COUNTS).scene(0);
        Picture shown = Pictures.read(run.resolve("samples/after.png"));
        Picture enlarged = Pictures.crop(shown, GAP, GAP + LABEL, 3 * Scene.SIDE, 3 * Scene.SIDE);
        assertThat(enlarged).isEqualTo(tripled(SceneMap.EDGES.of(scene)));
        assertThat(SafetensorsFile.open(run.resolve("tuners/csc-tuner.safetensors"))
                        .metadata())
                .containsEntry("scedit.condition.canny", "scene {map: edges}");
    }

    @Test
    void anInterruptedRunWithDroppedMapsEndsWithTheSameBytes() {
        String[] changes = {
            "conditions=[{use: canny, low: 20, high: 60, dropout: 0.5}]",
            "train.steps=5",
            "tuners[0].scale={from: 1.0, to: 0.5}",
            "sample={count: 1, steps: 2}"
        };
        Path whole = run(read("whole", changes), () -> false);
        AtomicInteger asked = new AtomicInteger();
        Path stopped = run(read("stopped", changes), () -> asked.getAndIncrement() >= 2);
        assertThat(stopped.resolve("tuners")).doesNotExist();

        new RecipeRun(catalogue).resume(stopped, null, options(() -> false));

        for (String file : List.of("metrics.jsonl", "loss.png", "samples/after.png")) {
            assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void aConditionWithoutBlockIsMadeByItsAnnotatorOfThePicturesOfAFolder() throws IOException {
        Path photos = photos(64, 48);
        Path run = run(
                read("folder", "data={source: folder, path: " + photos + "}", controlled(photos.resolve("a.png"))),
                () -> false);
        assertThat(SafetensorsFile.open(run.resolve("tuners/csc-tuner.safetensors"))
                        .metadata())
                .containsEntry("scedit.condition.canny", "canny {low: 100, high: 200}");
    }

    @Test
    void mapsAndControlsThatDoNotFitAreToldBeforeAnythingIsMade() throws IOException {
        Path photos = photos(64, 64);
        Path maps = Files.createDirectories(folder.resolve("maps"));
        String data = "data={source: folder, path: " + photos + "}";
        String ready = "conditions=[{use: file, name: canny, path: " + maps + "}]";
        refuses(
                read("refused", data, ready, controlled(photos.resolve("a.png"))),
                maps + ": does not hold a map for each picture\n  " + photos.resolve("a.png") + ": has no map "
                        + maps.resolve("a.png") + "\n1 of 1 maps do not fit; make them with scedit annotate");
        Pictures.writePng(plain(64, 64), maps.resolve("a.png"));
        Pictures.writePng(plain(16, 16), folder.resolve("small.png"));
        refuses(
                read("refused", data, ready, controlled(folder.resolve("small.png"))),
                folder.resolve("small.png") + ": is of 16x16 pixels; a ready map of condition 'canny' must be of 64x64,"
                        + " as what is drawn");
    }

    @Test
    void everythingThatIsWrongWithTheTunersConditionsIsToldAtOnce() {
        refuses(
                read(
                        "refused",
                        "tuners=[{use: csc-tuner, condition: pose}, {use: full, scale: {from: 1.0, to: 0.5}}]",
                        "conditions=[{use: scene, map: edges}]",
                        "sample={prompts: [a red circle]}"),
                "tuner 'full' changes the U-Net's own weights, which are the same at every step, so its scale must be"
                        + " one number\n"
                        + "tuner 'csc-tuner' takes condition 'pose', which nothing makes: 'conditions' has scene, there"
                        + " are the annotators "
                        + String.join(", ", catalogue.annotators().keySet())
                        + "; write under 'conditions' such as {use: "
                        + catalogue.annotators().keySet().iterator().next() + ", name: pose}\n"
                        + "no tuner takes condition 'scene'; they take pose, give it that 'name' or remove it\n"
                        + "3 problems, nothing was started");
    }

    private void refuses(Recipe recipe, String message) {
        assertThatThrownBy(() -> run(recipe, () -> false))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
        assertThat(recipe.output()).doesNotExist();
    }

    private static String controlled(Path control) {
        return "sample={prompts: [a red circle], steps: 1, controls: {canny: " + control + "}}";
    }

    private Recipe read(String name, String... changes) {
        try {
            Path file = Files.writeString(
                    folder.resolve("control.yaml"), """
                    model: {path: %s}
                    tuners: [{use: csc-tuner, hint_channels: 16, kernel: 1}]
                    data: {source: scenes, count: 4}
                    train: {steps: 1, batch: 2}
                    sample: {count: 1, steps: 1}
                    """.formatted(REPOSITORY.resolve("models/embedded")));
            List<String> overrides =
                    new ArrayList<>(List.of("output=" + folder.resolve("runs").resolve(name)));
            overrides.addAll(Arrays.asList(changes));
            return new RecipeReader(catalogue.tuners(), catalogue.annotators()).read(file, overrides);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path run(Recipe recipe, BooleanSupplier stop) {
        return new RecipeRun(catalogue).run(recipe, options(stop));
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun.Options(false, out, false, stop);
    }

    private Path photos(int width, int height) throws IOException {
        Path photos = Files.createDirectories(folder.resolve("photos"));
        Pictures.writePng(plain(width, height), photos.resolve("a.png"));
        Files.writeString(photos.resolve("a.txt"), "a red circle");
        return photos;
    }

    private static Picture plain(int width, int height) {
        return Picture.of(width, height, new byte[3 * width * height]);
    }

    private static Picture tripled(Picture picture) {
        int side = 3 * picture.width();
        byte[] rgb = new byte[3 * side * side];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            rgb[i] = (byte) picture.at(pixel % side / 3, pixel / side / 3, i % 3);
        }
        return Picture.of(side, side, rgb);
    }
}
