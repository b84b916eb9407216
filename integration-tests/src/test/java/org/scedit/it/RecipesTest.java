package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.data.Pictures;
import org.scedit.core.engine.Torch;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.recipe.Sweep;
import org.scedit.testkit.TinyModel;

/**
 * Every recipe of the repository is right and runs: those of Stable Diffusion on small models of their forms with
 * random weights, the others on the embedded model; two steps each.
 */
class RecipesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final int RECIPES = 39;
    private static PluginCatalogue catalogue;

    @TempDir
    private static Path folder;

    private static int threads;
    private static Path embedded;
    /** By the folder of their recipes. */
    private static final Map<String, Path> STABLE_DIFFUSION = new HashMap<>();

    private static Path inpaintingModel;
    private static Path pictures;

    @BeforeAll
    static void makeModel() throws IOException {
        threads = Torch.threads();
        Torch.setThreads(1); // of arrays so small a second thread only waits
        catalogue = PluginCatalogue.ofClassPath();
        embedded = folder.resolve("embedded");
        copyOfEmbedded();
        for (String form : List.of("sd15", "sd21", "sdxl")) {
            STABLE_DIFFUSION.put(form, folder.resolve(form + "-model"));
        }
        TinyModel.writeStableDiffusion(STABLE_DIFFUSION.get("sd15"), 3);
        TinyModel.writeStableDiffusion21(STABLE_DIFFUSION.get("sd21"), 3);
        TinyModel.writeStableDiffusionXl(STABLE_DIFFUSION.get("sdxl"), 3);
        inpaintingModel = folder.resolve("sd15-inpainting-model");
        TinyModel.writeStableDiffusionInpainting(inpaintingModel, 3);
        pictures = Files.createDirectories(folder.resolve("pictures"));
        byte[] grey = new byte[3 * 64 * 64];
        Arrays.fill(grey, (byte) 90);
        Pictures.writePng(Picture.of(64, 64, grey), pictures.resolve("a.png"));
        Files.writeString(pictures.resolve("a.txt"), "a red circle");
    }

    /**
     * The embedded model as one of pictures of 128 pixels: it trains on scenes of 64 all the same, but a run of two steps
     * does not draw hundreds of scenes to measure how well they come out.
     */
    private static void copyOfEmbedded() throws IOException {
        Path from = REPOSITORY.resolve("models/embedded");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = embedded.resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        Path config = embedded.resolve("unet/config.json");
        String told = Files.readString(config);
        assertThat(told).contains("\"sample_size\": 8");
        Files.writeString(config, told.replace("\"sample_size\": 8", "\"sample_size\": 16"));
    }

    @AfterAll
    static void unload() {
        catalogue.close();
        Torch.setThreads(threads);
    }

    /** Relative to the repository, with slashes. */
    private static List<String> recipes() throws IOException {
        try (Stream<Path> files = Files.walk(REPOSITORY.resolve("recipes"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> REPOSITORY.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreAsManyAsThereWere() throws IOException {
        assertThat(recipes()).hasSize(RECIPES).allMatch(name -> name.endsWith(".yaml"));
    }

    @Test
    void eachMethodHasOneForEitherModel() throws IOException {
        for (String method : catalogue.tuners().keySet()) {
            assertThat(recipes()).contains("recipes/embedded/" + method + ".yaml", "recipes/sd15/" + method + ".yaml");
        }
    }

    @Test
    void thePapersMethodsHaveOneForEachOfItsModels() throws IOException {
        for (String model : STABLE_DIFFUSION.keySet()) {
            for (String method : List.of("sc-tuner", "csc-tuner", "lora", "controlnet")) {
                assertThat(recipes()).contains("recipes/" + model + "/" + method + ".yaml");
            }
        }
    }

    @Test
    void eachBeginsWithTheCommandThatRunsIt() throws IOException {
        for (String recipe : recipes()) {
            assertThat(Files.readAllLines(REPOSITORY.resolve(recipe)).get(0) + " ")
                    .startsWith((isSweep(recipe) ? "# scedit ablate " : "# scedit run ") + recipe + " ");
        }
    }

    @TestFactory
    Stream<DynamicTest> runs() throws IOException {
        return recipes().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Path run = run(small(name));
                    assertThat(run.resolve("metrics.jsonl")).content().hasLineCount(2);
                    assertThat(run.resolve("summary.md")).content().contains(" parameters");
                }));
    }

    /** Of a sweep the first run. */
    private static Recipe small(String name) throws IOException {
        List<String> changes = new ArrayList<>(List.of("output=" + folder.resolve(name)));
        boolean inpainting = method(name).equals("inpainting");
        Path stableDiffusion = inpainting ? inpaintingModel : STABLE_DIFFUSION.get(name.split("/")[1]);
        if (stableDiffusion != null) {
            changes.addAll(List.of("model.path=" + stableDiffusion, "data.path=" + pictures, "data.size=64"));
            if (List.of("csc-tuner", "controlnet", "t2i-adapter").contains(method(name))) {
                changes.add("sample.controls.canny=" + pictures.resolve("a.png"));
            }
            if (inpainting) {
                changes.addAll(List.of(
                        "sample.image=" + pictures.resolve("a.png"), "sample.mask=" + pictures.resolve("a.png")));
            }
        } else {
            changes.add("model.path=" + embedded);
        }
        Recipe whole = read(name, changes);
        if (!isSweep(name)) { // the runs of a sweep are named after what varies
            assertThat(whole.name()).isEqualTo(title(name));
        }
        changes.addAll(List.of("train.steps=2", "train.warmup=0", "train.batch=2"));
        if (whole.data().orElseThrow() instanceof Recipe.ScenesData) {
            changes.add("data.count=2");
        } else if (List.of("lora", "loha", "lokr").contains(method(name))) {
            changes.add("tuners[0].rank=4"); // of layers with 8 channels
        }
        whole.sample().ifPresent(sample -> {
            changes.add(sample.count().isPresent() ? "sample.count=1" : "sample.prompts=[a red circle]");
            changes.addAll(List.of("sample.steps=1", "sample.every=0"));
        });
        whole.validation().ifPresent(validation -> changes.addAll(List.of("validation.count=1", "validation.every=1")));
        if (whole.evaluate().isPresent()) {
            changes.add("evaluate.count=1");
            // what is measured is measured at the size of the scenes
            changes.set(
                    changes.indexOf("model.path=" + embedded), "model.path=" + REPOSITORY.resolve("models/embedded"));
            if (!Files.readString(REPOSITORY.resolve(name)).contains("evaluate.measures")) {
                changes.add("evaluate.measures=[captions]"); // others take more than one picture
            }
        }
        return read(name, changes);
    }

    private static String title(String name) {
        return name.substring("recipes/".length(), name.length() - ".yaml".length())
                .replace('/', '-');
    }

    private static boolean isSweep(String name) throws IOException {
        return Files.readAllLines(REPOSITORY.resolve(name)).contains("sweep:");
    }

    private static String method(String name) {
        return name.substring(name.lastIndexOf('/') + 1, name.length() - ".yaml".length());
    }

    private static Recipe read(String name, List<String> changes) throws IOException {
        var reader = new RecipeReader(catalogue.tuners(), catalogue.annotators(), catalogue.measures());
        if (!isSweep(name)) {
            return reader.read(REPOSITORY.resolve(name), changes);
        }
        Sweep sweep = reader.readSweep(REPOSITORY.resolve(name), changes, 1000).orElseThrow();
        assertThat(sweep.name()).isEqualTo(title(name));
        return sweep.variants().get(0).recipe();
    }

    private static Path run(Recipe recipe) {
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun(catalogue).run(recipe, new RecipeRun.Options(false, out, false, () -> false));
    }
}
