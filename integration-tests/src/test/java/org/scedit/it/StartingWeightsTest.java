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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.weights.WeightTarget;
import org.scedit.testkit.RoundTrip;
import org.scedit.testkit.TinyModel;
import org.scedit.testkit.TunerRecipe;

/** {@code weights} of a recipe's tuner: files of this and other tools, and those that do not go with the block. */
class StartingWeightsTest {
    private static PluginCatalogue catalogue;
    private static int threads;

    @TempDir
    private static Path folder;

    private static Path model;
    private static UNetLayout unet;

    @BeforeAll
    static void makeModel() {
        threads = Torch.threads();
        Torch.setThreads(1); // of arrays so small a second thread only waits
        catalogue = PluginCatalogue.ofClassPath();
        model = folder.resolve("model");
        TinyModel.write(model, 3);
        unet = UNet.fromConfig(model.resolve("unet/config.json")).layout();
    }

    @AfterAll
    static void unload() {
        catalogue.close();
        Torch.setThreads(threads);
    }

    @Test
    void aRecipeDrawsWithAKohyaLora() throws IOException {
        Path kohya = write("lora", "kohya", "kohya.safetensors", "rank: 4", "alpha: 2");
        Path own = convert(kohya, "own.safetensors");
        Path drawn = draw("kohya", "{use: lora, rank: 4, alpha: 2, weights: " + kohya + "}");
        assertThat(drawn).hasSameBinaryContentAs(draw("own", "{use: lora, rank: 4, alpha: 2, weights: " + own + "}"));
        assertThat(Files.mismatch(
                        drawn, draw("base", "{use: lora, rank: 4, alpha: 2, scale: 0, weights: " + own + "}")))
                .as("the LoRA changes the picture")
                .isNotEqualTo(-1);
    }

    @Test
    void aRecipeDrawsWithAPeftFolderAndAScepterFile() throws IOException {
        Path peft = write("loha", "peft", "adapter", "rank: 2");
        Path scepter = write("sc-tuner", "scepter", "scepter.bin", "down_ratio: 0.5");
        assertThat(draw(
                        "both",
                        "{use: loha, rank: 2, weights: " + peft + "}, {use: sc-tuner, down_ratio: 0.5, weights: "
                                + scepter + "}"))
                .isRegularFile();
    }

    @Test
    void theSameSettingsMayBeWrittenOtherwise() throws IOException {
        Path kohya = write("lora", "kohya", "queries.safetensors", "rank: 4", "targets: [attn1.to_q, attn2.to_q]");
        assertThat(draw("patterns", "{use: lora, rank: 4, dropout: 0.5, targets: ['*.to_q'], weights: " + kohya + "}"))
                .isRegularFile();
    }

    @Test
    void aFileOfAnotherMethodIsRefused() {
        Path kohya = write("lora", "kohya", "lora.safetensors", "rank: 4");
        refuses(
                "{use: loha, rank: 4, weights: " + kohya + "}",
                kohya + ": holds weights of lora (kohya), not of loha; nothing was loaded, use the tuner they are of");
        Path own = convert(kohya, "labelled.safetensors");
        refuses(
                "{use: sc-tuner, weights: " + own + "}",
                own + ": holds weights of lora, not of sc-tuner; nothing was loaded, use the tuner they are of");
    }

    @Test
    void aFileMadeWithOtherSettingsIsRefused() {
        Path kohya = write("lora", "kohya", "settings.safetensors", "rank: 4", "alpha: 2");
        refuses(
                "{use: lora, rank: 8, alpha: 2, weights: " + kohya + "}",
                kohya + ": was made with other settings than those of tuner 'lora' (lora)\n"
                        + "  rank: 4 in the file, 8 in the recipe\n"
                        + "nothing was loaded; write the file's settings, or leave out 'weights'");
        // of the same sizes, but another strength
        refuses(
                "{use: lora, rank: 4, weights: " + convert(kohya, "alpha.safetensors") + "}",
                folder.resolve("alpha.safetensors")
                        + ": was made with other settings than those of tuner 'lora' (lora)\n"
                        + "  alpha: 2.0 in the file, 4.0 in the recipe\n"
                        + "nothing was loaded; write the file's settings, or leave out 'weights'");
    }

    @Test
    void aKohyaFileWithoutAlphaHasScaleOne() throws IOException {
        Path kohya = folder.resolve("no-alpha.safetensors");
        WeightFile whole = written("lora", "kohya", "rank: 4");
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>(whole.tensors());
        tensors.keySet().removeIf(name -> name.endsWith(".alpha"));
        WeightFile bare = new WeightFile(tensors, Map.of(), "");
        WeightTarget.of(kohya, bare).write(bare);
        assertThat(draw("no-alpha", "{use: lora, rank: 4, weights: " + kohya + "}"))
                .hasSameBinaryContentAs(draw("alpha-4", "{use: lora, rank: 4, alpha: 4, weights: " + kohya + "}"));
        refuses(
                "{use: lora, rank: 4, alpha: 2, weights: " + kohya + "}",
                kohya + ": was made with other settings than those of tuner 'lora' (lora)\n"
                        + "  alpha: 4.0 in the file, 2.0 in the recipe\n"
                        + "  targets: [to_q, to_k, to_v, to_out.0, proj, net.2] in the file, [to_q, to_k, to_v, to_out.0,"
                        + " ff.net.0.proj, ff.net.2] in the recipe\n"
                        + "nothing was loaded; write the file's settings, or leave out 'weights'");
    }

    @Test
    void aFileOfAnotherBaseSaysWhichShapesDiffer() {
        Path other = folder.resolve("wide.safetensors");
        WeightFile file = written("sc-tuner", "scedit", "skips: [0]");
        Map<String, WeightFile.Tensor> wide = new LinkedHashMap<>();
        file.tensors().forEach((name, tensor) -> {
            long[] shape = Arrays.stream(tensor.shape()).map(side -> 2 * side).toArray();
            int size = tensor.values().length << shape.length;
            wide.put(name, new WeightFile.Tensor(shape, new float[size]));
        });
        WeightFile content = new WeightFile(wide, file.metadata(), "");
        WeightTarget.of(other, content).write(content);
        refuses(
                "{use: sc-tuner, skips: [0], weights: " + other + "}",
                other + ": does not fit tuner 'sc-tuner' (sc-tuner)\n"
                        + "  4 of another size: lsc_identity.0.tuner_op.ln1.bias is (32), expected (16),"
                        + " lsc_identity.0.tuner_op.ln1.weight is (32, 32), expected (16, 16),"
                        + " lsc_identity.0.tuner_op.ln2.bias is (32), expected (16),"
                        + " lsc_identity.0.tuner_op.ln2.weight is (32, 32), expected (16, 16)\n"
                        + "nothing was loaded; use the base model and the settings it was trained with");
    }

    /** A file of a method's weights, which are all different numbers, in one of its formats. */
    private static Path write(String use, String format, String name, String... settings) {
        WeightFile content = written(use, format, settings);
        Path file = folder.resolve(name);
        WeightTarget.of(file, content).write(content);
        return file;
    }

    private static WeightFile written(String use, String format, String... settings) {
        return written(catalogue.tuners().get(use), format, settings);
    }

    private static <C extends Record> WeightFile written(TunerProvider<C> method, String format, String... settings) {
        C config = method.configType().cast(TunerRecipe.settings(method, settings));
        TunerFormat.Content<C> content = RoundTrip.content(method, config, unet);
        if (format.equals("scedit")) {
            return new WeightFile(
                    content.weights(),
                    Map.of("scedit.method", method.id(), "scedit.settings", "{" + String.join(", ", settings) + "}"),
                    "");
        }
        return method.formats().stream()
                .filter(each -> each.id().equals(format))
                .findFirst()
                .orElseThrow()
                .write(content, unet);
    }

    /** In this project's own format. */
    private static Path convert(Path file, String name) {
        Path to = folder.resolve(name);
        WeightFile content = TunerFile.open(file)
                .recognise(catalogue, TunerFile.Unlabelled.UNKNOWN)
                .convert(UNet.fromConfig(model.resolve("unet/config.json")))
                .to("scedit", true);
        WeightTarget.of(to, content).write(content);
        return to;
    }

    private static void refuses(String tuner, String message) {
        assertThatThrownBy(() -> draw("refused", tuner))
                .isInstanceOf(UserException.class)
                .hasMessage(message + "\n1 problem, nothing was started");
        assertThat(folder.resolve("refused")).doesNotExist();
    }

    private static Path draw(String name, String tuners) throws IOException {
        Path recipe =
                Files.writeString(folder.resolve("draw.yaml"), """
                output: %s
                model: {path: %s}
                tuners: [%s]
                sample: {prompts: [a red circle], steps: 1}
                """.formatted(folder.resolve(name), model, tuners));
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new RecipeRun(catalogue)
                .run(
                        new RecipeReader(catalogue.tuners()).read(recipe, List.of()),
                        new RecipeRun.Options(false, out, false, () -> false))
                .resolve("samples/pictures.png");
    }
}
