package org.scedit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.scedit.cli.MainTest.refused;
import static org.scedit.cli.MainTest.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.WeightFile;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;
import org.scedit.core.weights.TorchArchiveWriter;

/** The embedded model as a single file: whatever is done with it gives what the folder gives. */
class SingleFileTest {
    private static final Path EMBEDDED = Path.of("../models/embedded");

    /** Diffusers' names in this model → Latent Diffusion's; each block of its U-Net has one ResNet on the way down. */
    private static final List<Map.Entry<String, String>> UNET = List.of(
            Map.entry("^conv_in", "input_blocks.0.0"),
            Map.entry("^time_embedding\\.linear_1", "time_embed.0"),
            Map.entry("^time_embedding\\.linear_2", "time_embed.2"),
            Map.entry("^down_blocks\\.0\\.resnets\\.0", "input_blocks.1.0"),
            Map.entry("^down_blocks\\.0\\.attentions\\.0", "input_blocks.1.1"),
            Map.entry("^down_blocks\\.0\\.downsamplers\\.0\\.conv", "input_blocks.2.0.op"),
            Map.entry("^down_blocks\\.1\\.resnets\\.0", "input_blocks.3.0"),
            Map.entry("^down_blocks\\.1\\.attentions\\.0", "input_blocks.3.1"),
            Map.entry("^down_blocks\\.1\\.downsamplers\\.0\\.conv", "input_blocks.4.0.op"),
            Map.entry("^down_blocks\\.2\\.resnets\\.0", "input_blocks.5.0"),
            Map.entry("^mid_block\\.resnets\\.0", "middle_block.0"),
            Map.entry("^mid_block\\.attentions\\.0", "middle_block.1"),
            Map.entry("^mid_block\\.resnets\\.1", "middle_block.2"),
            Map.entry("^up_blocks\\.0\\.resnets\\.0", "output_blocks.0.0"),
            Map.entry("^up_blocks\\.0\\.resnets\\.1", "output_blocks.1.0"),
            Map.entry("^up_blocks\\.0\\.upsamplers\\.0", "output_blocks.1.1"),
            Map.entry("^up_blocks\\.1\\.resnets\\.0", "output_blocks.2.0"),
            Map.entry("^up_blocks\\.1\\.attentions\\.0", "output_blocks.2.1"),
            Map.entry("^up_blocks\\.1\\.resnets\\.1", "output_blocks.3.0"),
            Map.entry("^up_blocks\\.1\\.attentions\\.1", "output_blocks.3.1"),
            Map.entry("^up_blocks\\.1\\.upsamplers\\.0", "output_blocks.3.2"),
            Map.entry("^up_blocks\\.2\\.resnets\\.0", "output_blocks.4.0"),
            Map.entry("^up_blocks\\.2\\.attentions\\.0", "output_blocks.4.1"),
            Map.entry("^up_blocks\\.2\\.resnets\\.1", "output_blocks.5.0"),
            Map.entry("^up_blocks\\.2\\.attentions\\.1", "output_blocks.5.1"),
            Map.entry("^conv_norm_out", "out.0"),
            Map.entry("^conv_out", "out.2"),
            Map.entry("(blocks\\.\\d+\\.0|middle_block\\.[02])\\.norm1", "$1.in_layers.0"),
            Map.entry("\\.conv1", ".in_layers.2"),
            Map.entry("\\.time_emb_proj", ".emb_layers.1"),
            Map.entry("(blocks\\.\\d+\\.0|middle_block\\.[02])\\.norm2", "$1.out_layers.0"),
            Map.entry("\\.conv2", ".out_layers.3"),
            Map.entry("\\.conv_shortcut", ".skip_connection"));

    private static final List<Map.Entry<String, String>> VAE = List.of(
            Map.entry("\\.conv_norm_out", ".norm_out"),
            Map.entry("mid_block\\.resnets\\.0", "mid.block_1"),
            Map.entry("mid_block\\.resnets\\.1", "mid.block_2"),
            Map.entry("mid_block\\.attentions\\.0\\.group_norm", "mid.attn_1.norm"),
            Map.entry("mid_block\\.attentions\\.0\\.to_(.)\\.", "mid.attn_1.$1."),
            Map.entry("mid_block\\.attentions\\.0\\.to_out\\.0", "mid.attn_1.proj_out"),
            Map.entry("down_blocks", "down"),
            Map.entry("up_blocks\\.0", "up.3"),
            Map.entry("up_blocks\\.1", "up.2"),
            Map.entry("up_blocks\\.2", "up.1"),
            Map.entry("up_blocks\\.3", "up.0"),
            Map.entry("\\.resnets\\.", ".block."),
            Map.entry("conv_shortcut", "nin_shortcut"),
            Map.entry("downsamplers\\.0", "downsample"),
            Map.entry("upsamplers\\.0", "upsample"));

    @TempDir
    private Path folder;

    private final Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();

    @BeforeEach
    void readEmbedded() {
        put("model.diffusion_model.", "unet/diffusion_pytorch_model.safetensors", UNET, name -> false);
        put(
                "first_stage_model.",
                "vae/diffusion_pytorch_model.safetensors",
                VAE,
                name -> name.contains(".attn_1.") && !name.contains(".norm.") && name.endsWith("weight"));
        put("cond_stage_model.transformer.", "text_encoder/model.safetensors", List.of(), name -> false);
    }

    private void put(String prefix, String file, List<Map.Entry<String, String>> names, Predicate<String> convolution) {
        var part = SafetensorsFile.open(EMBEDDED.resolve(file));
        part.entries().forEach((name, entry) -> {
            String key = name;
            for (Map.Entry<String, String> each : names) {
                key = key.replaceFirst(each.getKey(), each.getValue());
            }
            long[] shape = convolution.test(key) ? Arrays.copyOf(entry.shape(), 4) : entry.shape();
            if (convolution.test(key)) {
                Arrays.fill(shape, 2, 4, 1);
            }
            tensors.put(prefix + key, new WeightFile.Tensor(shape, part.floats(name)));
        });
    }

    /** In float16, as the folder's files. */
    private Path safetensors() {
        Map<String, SafetensorsWriter.Tensor> written = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> written.put(name, SafetensorsWriter.Tensor.f16(tensor.values(), tensor.shape())));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, written, Map.of());
        return file;
    }

    private Path checkpoint() {
        Path file = folder.resolve("model.ckpt");
        TorchArchiveWriter.write(file, tensors);
        return file;
    }

    private byte[] picture(String name, Object... model) throws IOException {
        Path picture = folder.resolve(name);
        Object[] arguments = {"generate", "--prompt", "a red circle", "--steps", 2, "-o", picture};
        Object[] all = Arrays.copyOf(arguments, arguments.length + model.length);
        System.arraycopy(model, 0, all, arguments.length, model.length);
        assertThat(run(all).status()).isZero();
        return Files.readAllBytes(picture);
    }

    @Test
    void itDrawsWhatTheFolderDraws() throws IOException {
        byte[] expected = picture("folder.png", "--model", EMBEDDED);
        assertThat(picture("safetensors.png", "--model", safetensors(), "--config", EMBEDDED))
                .isEqualTo(expected);
        Path tokenizer = EMBEDDED.resolve("tokenizer");
        assertThat(picture("ckpt.png", "--model", checkpoint(), "--config", EMBEDDED, "--tokenizer", tokenizer))
                .isEqualTo(expected);
        tensors.keySet().removeIf(name -> name.startsWith("first_stage_model."));
        assertThat(picture("vae.png", "--model", safetensors(), "--config", EMBEDDED, "--vae", EMBEDDED))
                .isEqualTo(expected);
    }

    private Path recipe(String name, String model) throws IOException {
        return Files.writeString(folder.resolve(name), """
                model: %s
                tuners: [{use: shift}]
                data: {source: scenes, count: 2}
                train: {steps: 1, batch: 1}
                """.formatted(model));
    }

    @Test
    void itIsTrainedAsTheFolderIs() throws IOException {
        Path recipe = recipe("recipe.yaml", "{path: model.safetensors, config: " + EMBEDDED.toAbsolutePath() + "}");
        Path file = safetensors();
        var validated = run("validate", recipe);
        assertThat(validated.err()).isEmpty();
        assertThat(validated.out())
                .startsWith(recipe + ": OK\n  " + file + ": Stable Diffusion 1.x, predicts epsilon\n  tuner shift: ");
        var trained = run("run", recipe, "output=" + folder.resolve("single"));
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains(file + ": Stable Diffusion 1.x, predicts epsilon");
        Path same = recipe("folder.yaml", "{path: " + EMBEDDED.toAbsolutePath() + "}");
        assertThat(run("run", same, "output=" + folder.resolve("folder")).err()).isEmpty();
        Path tuner = Path.of("tuners/shift.safetensors");
        Path one = folder.resolve("single").resolve(tuner);
        Path two = folder.resolve("folder").resolve(tuner);
        SafetensorsFile.open(one).entries().keySet().forEach(name -> assertThat(
                        SafetensorsFile.open(one).floats(name))
                .isEqualTo(SafetensorsFile.open(two).floats(name)));
    }

    @Test
    void aWholeModelIsNotTrainedFromIt() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                task: autoencoder
                model: {path: model.safetensors}
                data: {source: scenes, count: 2}
                train: {steps: 1, batch: 1}
                """);
        safetensors();
        assertThat(run("validate", recipe))
                .isEqualTo(refused(recipe + ":2:9   model.path must be a folder in diffusers'"
                        + " layout where more than tuners is trained, as the whole model is written like it; got a single file\n"
                        + "1 problem, nothing was started\n"));
    }

    @Test
    void inspectNamesArchitectureAndParts() {
        Path file = safetensors();
        var told = run("inspect", file, "--config", EMBEDDED);
        assertThat(told.err()).isEmpty();
        assertThat(told.out())
                .startsWith(file + ": Stable Diffusion 1.x, predicts epsilon\n")
                .containsPattern("U-Net +" + file)
                .containsPattern("autoencoder +[0-9,]+ parameters")
                .containsPattern("text encoder +[0-9,]+ parameters");
    }
}
