package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Torch;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.testkit.TinyModel;

/** Training of a U-Net for inpainting: nine channels, random masks. */
class InpaintingTrainingTest {
    private static final int SIDE = 64;
    /** What each method needs besides its defaults, on layers of 8 channels. */
    private static final Map<String, String> SETTINGS = Map.of(
            "lora", ", rank: 2",
            "loha", ", rank: 2",
            "lokr", ", rank: 2",
            "csc-tuner", ", condition: canny",
            "controlnet", ", condition: canny",
            "t2i-adapter", ", condition: canny",
            "full", ", parameters: [conv_in.weight]");

    @TempDir
    private static Path folder;

    private static PluginCatalogue catalogue;
    private static int threads;
    private static Path image;

    @BeforeAll
    static void makeModel() throws IOException {
        threads = Torch.threads();
        Torch.setThreads(1); // of arrays so small a second thread only waits
        catalogue = PluginCatalogue.ofClassPath();
        TinyModel.writeStableDiffusionInpainting(folder.resolve("model"), 3);
        image = folder.resolve("pictures/a.png");
        for (String name : List.of("a", "b", "c")) {
            Files.createDirectories(folder.resolve("pictures"));
            picture(folder.resolve("pictures/" + name + ".png"), name.charAt(0));
            Files.writeString(folder.resolve("pictures/" + name + ".txt"), "a red circle");
        }
        picture(folder.resolve("mask.png"), 0);
    }

    @AfterAll
    static void unload() {
        catalogue.close();
        Torch.setThreads(threads);
    }

    @TestFactory
    Stream<DynamicTest> everyMethodTrainsIt() {
        return catalogue.tuners().keySet().stream()
                .map(method -> DynamicTest.dynamicTest(method, () -> {
                    String settings = SETTINGS.getOrDefault(method, "");
                    String controls = settings.contains("canny") ? ", controls: {canny: " + image + "}" : "";
                    Path run = run(
                            method,
                            "tuners: [{use: " + method + settings + "}]\ntrain: {steps: 2, batch: 2}\n"
                                    + sample(controls),
                            () -> false);
                    assertThat(run.resolve("metrics.jsonl")).content().hasLineCount(2);
                    assertThat(run.resolve("samples/before-after.png")).exists();
                }));
    }

    @Test
    void anInterruptedRunEndsWithTheSameBytes() throws IOException {
        String rest = "tuners: [{use: sc-tuner}]\n"
                + "conditions: [{use: inpainting, name: mask, dropout: 0.3}]\n"
                + "train: {steps: 6, batch: 2, masks_per_picture: 2}\n" + sample("");
        Path whole = run("whole", rest, () -> false);
        AtomicInteger asked = new AtomicInteger();
        Path stopped = run("stopped", rest, () -> asked.getAndIncrement() >= 3);
        assertThat(stopped.resolve("tuners")).doesNotExist();

        new RecipeRun(catalogue).resume(stopped, null, options(() -> false));

        for (String file : List.of("metrics.jsonl", "samples/after.png")) {
            assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void theMasksDecideTheLoss() throws IOException {
        assertThat(losses("some", "[{use: inpainting, name: mask}]"))
                .isEqualTo(losses("again", "[]"))
                .isNotEqualTo(losses("all", "[{use: inpainting, name: mask, dropout: 1.0}]"));
        assertThat(losses("outside", "[{use: outpainting, name: mask}]"))
                .isNotEqualTo(losses("inside", "[{use: inpainting, name: mask, dropout: 1.0}]"));
    }

    /** With a learning rate that changes nothing the losses are those of the base model, whatever the training draws. */
    @Test
    void theValidationLossSeesTheMasksOfItsOwnSeed() throws IOException {
        String usual = validationLoss("usual", 1, "seed: 0", "dropout: 0");
        assertThat(validationLoss("other-draws", 4, "seed: 0", "dropout: 0")).isEqualTo(usual);
        assertThat(validationLoss("other-seed", 1, "seed: 1", "dropout: 0")).isNotEqualTo(usual);
        assertThat(validationLoss("all-hidden", 1, "seed: 0", "dropout: 1.0")).isNotEqualTo(usual);
    }

    private static String validationLoss(String name, int seed, String validation, String mask) throws IOException {
        Path run = run(
                name,
                "seed: " + seed + "\ntuners: [{use: sc-tuner}]\nconditions: [{use: inpainting, name: mask, " + mask
                        + "}]\ntrain: {steps: 1, batch: 2, learning_rate: 1.0e-30, masks_per_picture: " + seed
                        + "}\nvalidation: {fraction: 0.4, every: 1, " + validation + "}\n",
                () -> false);
        String line = Files.readString(run.resolve("metrics.jsonl"));
        return line.substring(line.indexOf("\"training_loss\""));
    }

    @Test
    void measuresOfPicturesFromNoiseAreRefused() {
        assertThatThrownBy(() -> run(
                        "evaluated",
                        "tuners: [{use: sc-tuner}]\ntrain: {steps: 1}\nvalidation: {fraction: 0.4}\n"
                                + "evaluate: {measures: [reconstruction]}\n"
                                + sample(""),
                        () -> false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("remove 'evaluate', and follow it by its validation loss");
    }

    @Test
    void readyMasksAreLightWhereIsDrawnAnew() throws IOException {
        Path masks = Files.createDirectories(folder.resolve("masks"));
        for (String name : List.of("a", "b", "c")) {
            Pictures.writePng(plain(255), masks.resolve(name + ".png"));
        }
        assertThat(losses("ready", "[{use: file, name: mask, path: " + masks + "}]"))
                .hasSize(3)
                .isNotEqualTo(losses("inpainting", "[]"));
    }

    @Test
    void aSceneHidesNothingAndOtherUNetsTakeNoMask() throws IOException {
        String scenes = "tuners: [{use: sc-tuner}]\nconditions: [{use: scene, name: mask, map: edges}]\n"
                + "train: {steps: 1}\ndata: {source: scenes, count: 2}\n";
        assertThatThrownBy(() -> run("scenes", scenes, () -> false))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "condition 'mask' uses scene, which hides nothing; use inpainting, outpainting, or file with"
                                + " ready masks");
        TinyModel.writeStableDiffusion(folder.resolve("plain"), 3);
        String plain = "model: {path: " + folder.resolve("plain") + "}\ntuners: [{use: sc-tuner}]\ntrain: {steps: 1}\n"
                + "conditions: [{use: inpainting, name: mask}]\n" + data();
        assertThatThrownBy(() -> runWhole("plain-model", plain, () -> false))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no tuner takes condition 'mask'; the recipe's tuners take none, remove it");
    }

    private static List<String> losses(String name, String conditions) throws IOException {
        Path run = run(
                name,
                "tuners: [{use: sc-tuner}]\nconditions: " + conditions + "\ntrain: {steps: 3, batch: 2}\n",
                () -> false);
        return Files.readAllLines(run.resolve("metrics.jsonl"));
    }

    private static String sample(String more) {
        return "sample: {prompts: [a red circle], steps: 2, image: " + image + ", mask: " + folder.resolve("mask.png")
                + more + "}\n";
    }

    private static String data() {
        return "data: {source: folder, path: " + folder.resolve("pictures") + "}\n";
    }

    private static Path run(String name, String rest, BooleanSupplier stop) throws IOException {
        String data = rest.contains("data:") ? "" : data();
        return runWhole(name, "model: {path: " + folder.resolve("model") + "}\n" + data + rest, stop);
    }

    private static Path runWhole(String name, String text, BooleanSupplier stop) throws IOException {
        Path recipe = Files.writeString(
                folder.resolve(name + ".yaml"), "output: " + folder.resolve("runs/" + name) + "\n" + text);
        var reader = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures());
        return new RecipeRun(catalogue).run(reader.read(recipe, List.of()), options(stop));
    }

    private static RecipeRun.Options options(BooleanSupplier stop) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun.Options(false, out, false, stop);
    }

    /** Brightness that rises to the lower right, from one that tells pictures apart. */
    private static void picture(Path file, int first) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) Math.min(255, first + i / 3 % SIDE + 2 * (i / 3 / SIDE));
        }
        Pictures.writePng(Picture.of(SIDE, SIDE, rgb), file);
    }

    private static Picture plain(int brightness) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        Arrays.fill(rgb, (byte) brightness);
        return Picture.of(SIDE, SIDE, rgb);
    }
}
