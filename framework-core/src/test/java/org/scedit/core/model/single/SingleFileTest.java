package org.scedit.core.model.single;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.single.OriginalModels.UNetSettings;
import org.scedit.core.text.BpeTrainer;
import org.scedit.core.weights.FileHash;
import org.scedit.core.weights.SafetensorsWriter;
import org.scedit.core.weights.TorchArchiveWriter;

/** Small files of every architecture: what is told from them, and what is refused. */
class SingleFileTest {
    private static final String SUPPORTED =
            "supported are Stable Diffusion 1.x, 2.x, their inpainting models and SDXL base";
    private static final String LEFT_OUT = "left out, as they are not needed: ";
    private static final int WIDTH = 64;

    @TempDir
    private Path folder;

    private Path tokenizer;
    private int vocabulary;
    private final Map<String, long[]> tensors = new LinkedHashMap<>();

    @BeforeEach
    void makeTokenizer() {
        tokenizer = folder.resolve("clip");
        vocabulary = BpeTrainer.train(List.of("a red circle", "a blue square"), 20, 77, tokenizer);
    }

    private void put(String prefix, Map<String, long[]> part) {
        part.forEach((name, shape) -> tensors.put(prefix + name, shape));
    }

    private void putUNet(UNetSettings settings) {
        put("model.diffusion_model.", OriginalModels.unet(settings));
    }

    private void putVae() {
        put("first_stage_model.", OriginalModels.autoencoder(32, List.of(1, 1), 1, 4));
    }

    private void stableDiffusion1() {
        putUNet(UNetSettings.SMALL);
        putVae();
        put("cond_stage_model.transformer.", OriginalModels.clip(vocabulary, WIDTH, 2));
    }

    private void stableDiffusion2() {
        putUNet(new UNetSettings(4, 64, List.of(1, 2), 1, List.of(1, 0), 1, WIDTH, true, 0));
        putVae();
        put("cond_stage_model.model.", OriginalModels.openClip(vocabulary, WIDTH, 3, 32));
    }

    private void sdxl() {
        putUNet(new UNetSettings(4, 64, List.of(1, 2), 1, List.of(0, 2), 2, 2 * WIDTH, true, 32 + 6 * 8));
        putVae();
        put("conditioner.embedders.0.transformer.", OriginalModels.clip(vocabulary, WIDTH, 2));
        put("conditioner.embedders.1.model.", OriginalModels.openClip(vocabulary, WIDTH, 2, 32));
    }

    /** Values 0, 1/1024, 2/1024, ... in each tensor. */
    private Map<String, WeightFile.Tensor> values() {
        Map<String, WeightFile.Tensor> values = new LinkedHashMap<>();
        tensors.forEach((name, shape) -> {
            float[] numbers = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i / 1024f;
            }
            values.put(name, new WeightFile.Tensor(shape, numbers));
        });
        return values;
    }

    private Path write(String name) {
        Path file = folder.resolve(name);
        Map<String, SafetensorsWriter.Tensor> written = new LinkedHashMap<>();
        values().forEach((key, tensor) ->
                written.put(key, SafetensorsWriter.Tensor.f32(tensor.values(), tensor.shape())));
        SafetensorsWriter.write(file, written, Map.of());
        return file;
    }

    private ModelPaths named(Path file) {
        Optional<Path> none = Optional.empty();
        return new ModelPaths(file, Optional.empty(), none, Optional.of(tokenizer), none, none, none, Optional.empty());
    }

    private static ModelPaths predicting(Path file, PredictionType prediction) {
        Optional<Path> none = Optional.empty();
        return new ModelPaths(file, Optional.empty(), none, none, none, none, none, Optional.of(prediction));
    }

    private void refused(String message) {
        Path file = write("model.safetensors");
        refused(() -> SingleFile.open(ModelPaths.of(file)), file + ": " + message);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(UserException.class).hasMessage(message);
    }

    @Test
    void stableDiffusion1IsTold() {
        stableDiffusion1();
        tensors.put("alphas_cumprod", new long[] {1000});
        tensors.put("model_ema.decay", new long[] {});
        tensors.put("model_ema.num_updates", new long[] {});
        Path file = write("model.safetensors");
        SingleFile model = SingleFile.open(ModelPaths.of(file));
        assertThat(model.architecture()).isEqualTo("Stable Diffusion 1.x, predicts epsilon");
        assertThat(model.notices())
                .containsExactly(
                        file + ": Stable Diffusion 1.x, predicts epsilon",
                        "the number of attention heads is not told by weights; taken as in the published models: [8,8]",
                        LEFT_OUT + "alphas_cumprod,"
                                + " cond_stage_model.transformer.text_model.embeddings.position_ids, model_ema.* (2)");
        assertThat(model.config(Part.UNET).integer("sample_size")).isEqualTo(256); // 512 pixels, halved once
    }

    @Test
    void itIsLoadedFromSafetensorsAndFromPyTorch() {
        stableDiffusion1();
        Path checkpoint = folder.resolve("model.ckpt");
        TorchArchiveWriter.write(checkpoint, values());
        for (Path file : List.of(write("model.safetensors"), checkpoint)) {
            try (var model = DiffusionModel.load(ModelParts.open(named(file)), Precision.FLOAT32)) {
                var parameter = model.unet().parameters().get("up_blocks.0.upsamplers.0.conv.weight");
                assertThat(Torch.floats(parameter.value())).startsWith(0, 1 / 1024f, 2 / 1024f);
                assertThat(model.prompts().tokens()).isEqualTo(77);
                assertThat(model.pictureSize()).isEqualTo(512);
            }
        }
    }

    @Test
    void fusedProjectionsAreCutInThirds() {
        stableDiffusion2();
        SingleFile model = SingleFile.open(ModelPaths.of(write("model.safetensors")));
        var text = model.weights(Part.TEXT_ENCODER);
        String attention = "text_model.encoder.layers.1.self_attn.";
        int third = WIDTH * WIDTH;
        assertThat(text.tensors().get(attention + "v_proj.weight").shape()).containsExactly(WIDTH, WIDTH);
        assertThat(text.floats(attention + "q_proj.weight")).hasSize(third).startsWith(0, 1 / 1024f);
        assertThat(text.floats(attention + "k_proj.weight")).startsWith(third / 1024f, (third + 1) / 1024f);
        assertThat(text.floats(attention + "v_proj.weight")).startsWith(2 * third / 1024f);
        assertThat(text.floats(attention + "k_proj.bias")).hasSize(WIDTH).startsWith(WIDTH / 1024f);
        assertThat(text.tensors()).doesNotContainKey("text_model.encoder.layers.2.layer_norm1.weight");
        assertThat(model.notices().get(2))
                .isEqualTo(LEFT_OUT + "cond_stage_model.model.logit_scale, cond_stage_model.model.text_projection,"
                        + " cond_stage_model.model.transformer.resblocks.2.* (12)");
    }

    @Test
    void openClipIsPaddedWithItsFirstToken() {
        stableDiffusion2();
        Path file = write("model.safetensors");
        long[] ids = SingleFile.open(named(file))
                .tokenizer(Part.TEXT_ENCODER)
                .encode("a")
                .ids();
        assertThat(ids[76]).isZero();
    }

    @Test
    void sdxlHasTwoTextEncoders() {
        sdxl();
        SingleFile model = SingleFile.open(named(write("model.safetensors")));
        assertThat(model.architecture()).isEqualTo("SDXL, predicts epsilon");
        assertThat(model.has(Part.TEXT_ENCODER)).isTrue();
        assertThat(model.config(Part.TEXT_ENCODER_2).texts("architectures"))
                .containsExactly("CLIPTextModelWithProjection");
        assertThat(model.config(Part.UNET).text("addition_embed_type", "")).isEqualTo("text_time");
        assertThat(model.config(Part.UNET).integer("addition_time_embed_dim")).isEqualTo(8);
        assertThat(model.config(Part.UNET).integer("projection_class_embeddings_input_dim"))
                .isEqualTo(80);
        assertThat(model.config(Part.VAE).decimal("scaling_factor", 0)).isEqualTo(0.13025);
        // (64, 32) in the file, so its second number is the second row's first
        assertThat(model.weights(Part.TEXT_ENCODER_2).floats("text_projection.weight"))
                .startsWith(0, 32 / 1024f, 64 / 1024f);
        model.requireComplete(true);
    }

    @Test
    void sdxlIsLoadedWithBothTextEncoders() {
        sdxl();
        Path file = write("model.safetensors");
        try (var model = DiffusionModel.load(ModelParts.open(named(file)), Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            assertThat(model.prompts().width())
                    .isEqualTo(2 * WIDTH)
                    .isEqualTo(model.unet().textChannels());
            assertThat(model.prompts().pooledWidth()).isEqualTo(32);
            var encoded = model.prompts().encode(manager, List.of("a"), notice -> {});
            assertThat(encoded.states().getShape()).isEqualTo(new Shape(1, 77, 2 * WIDTH));
            assertThat(encoded.pooled().orElseThrow().getShape()).isEqualTo(new Shape(1, 32));
            assertThat(model.scheduler().className()).isEqualTo("EulerDiscreteScheduler");
            assertThat(model.unetHash()).isEqualTo(FileHash.sha256(List.of(file)));
        }
    }

    @Test
    void aPromptLeftOutIsZerosToSdxlUnlessItsConfigurationSaysOtherwise() throws IOException {
        sdxl();
        Path file = write("model.safetensors");
        assertThat(SingleFile.open(ModelPaths.of(file)).zeroesEmptyPrompt()).isTrue();
        Path config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve("model_index.json"), "{\"force_zeros_for_empty_prompt\": false}");
        Optional<Path> none = Optional.empty();
        var described =
                new ModelPaths(file, Optional.empty(), Optional.of(config), none, none, none, none, Optional.empty());
        assertThat(SingleFile.open(described).zeroesEmptyPrompt()).isFalse();
        tensors.clear();
        stableDiffusion1();
        assertThat(SingleFile.open(ModelPaths.of(write("one.safetensors"))).zeroesEmptyPrompt())
                .isFalse();
    }

    @Test
    void aVariantIsForFolders() {
        stableDiffusion1();
        Path file = write("model.safetensors");
        Optional<Path> none = Optional.empty();
        var fp16 = new ModelPaths(file, Optional.of("fp16"), none, none, none, none, none, Optional.empty());
        refused(
                () -> ModelParts.open(fp16),
                file + ": is one file, and variants (here 'fp16') are files of a folder; leave out variant");
    }

    @Test
    void whatStableDiffusion2PredictsIsTheLargerModelsUnlessItIsSaid() throws IOException {
        stableDiffusion2();
        Path file = write("model.safetensors");
        SingleFile velocity = SingleFile.open(ModelPaths.of(file));
        assertThat(velocity.scheduler().predictionType()).isEqualTo(PredictionType.V_PREDICTION);
        assertThat(velocity.config(Part.VAE).integer("sample_size")).isEqualTo(768);
        SingleFile noise = SingleFile.open(predicting(file, PredictionType.EPSILON));
        assertThat(noise.scheduler().predictionType()).isEqualTo(PredictionType.EPSILON);
        assertThat(noise.config(Part.VAE).integer("sample_size")).isEqualTo(512);

        Files.writeString(folder.resolve("model.yaml"), "model: {params: {parameterization: eps}}");
        assertThat(SingleFile.open(ModelPaths.of(file)).scheduler().predictionType())
                .isEqualTo(PredictionType.EPSILON);
        refused(
                () -> SingleFile.open(predicting(file, PredictionType.V_PREDICTION)),
                file + ": was trained to predict epsilon, not v-prediction; leave out the prediction");
    }

    @Test
    void tensorsThatAreFactsOfTheModelAreHeeded() {
        stableDiffusion1();
        for (String fact : List.of("v_pred", "ztsnr", "scale_factor")) {
            tensors.put(fact, new long[] {});
        }
        SingleFile model = SingleFile.open(ModelPaths.of(write("model.safetensors")));
        assertThat(model.scheduler().predictionType()).isEqualTo(PredictionType.V_PREDICTION);
        assertThat(model.scheduler().rescaleBetasZeroSnr()).isTrue();
        assertThat(model.config(Part.VAE).decimal("scaling_factor", 1)).isZero(); // its only number is 0 here
    }

    @Test
    void theOriginalConfigurationTellsHeads() throws IOException {
        stableDiffusion1();
        Path file = write("model.safetensors");
        Path yaml = folder.resolve("model.yaml");
        Files.writeString(yaml, "model: {params: {unet_config: {params: {num_heads: 4}}}}");
        SingleFile heads = SingleFile.open(ModelPaths.of(file));
        assertThat(heads.config(Part.UNET).integersPerBlock("attention_head_dim", 0, 2))
                .containsExactly(4, 4);
        assertThat(heads.notices()).hasSize(2);
        Files.writeString(yaml, "model: {params: {unet_config: {params: {num_heads: -1, num_head_channels: 16}}}}");
        assertThat(SingleFile.open(ModelPaths.of(file)).config(Part.UNET).integers("attention_head_dim"))
                .containsExactly(2, 4);
        Files.writeString(yaml, "model: {params: {unet_config: {params: {num_heads: 5}}}}");
        assertThatThrownBy(() -> SingleFile.open(ModelPaths.of(file)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": the U-Net is of a size that does not divide into groups or heads");
        Files.writeString(yaml, "model: [");
        refused(
                () -> SingleFile.open(ModelPaths.of(file)),
                yaml + ": is taken for the configuration of the weights beside it and is no readable YAML; remove or"
                        + " rename it");
        Files.writeString(yaml, "model: {params: {parameterization: flow}}");
        refused(
                () -> SingleFile.open(ModelPaths.of(file)),
                yaml + ": model.params.parameterization is 'flow', which is not supported; supported: eps, v, x0");
    }

    @Test
    void missingPartsAreToldTogetherWithHowToNameThem() {
        putUNet(UNetSettings.SMALL);
        Path file = write("model.safetensors");
        refused(
                () -> DiffusionModel.load(file, Precision.FLOAT32),
                file + ": has no autoencoder; name one, a folder or a file, as model.vae in a recipe or with --vae\n"
                        + file
                        + ": has no text encoder; name one, a folder or a file, as model.text_encoder in a recipe"
                        + " or with --text-encoder\n"
                        + file + ": holds no vocabulary, as no such file does; name a folder with CLIP's vocab.json and"
                        + " merges.txt, such as the tokenizer folder of any Stable Diffusion in diffusers' layout, as"
                        + " model.tokenizer in a recipe or with --tokenizer\n"
                        + "3 problems, nothing was loaded");
    }

    @Test
    void partsThatAreNamedTakeTheFilesPlace() {
        put("", OriginalModels.autoencoder(64, List.of(1, 1), 1, 4));
        Path vae = write("vae.safetensors");
        tensors.clear();
        put("", OriginalModels.clip(vocabulary, WIDTH, 3));
        Path text = write("text.safetensors");
        tensors.clear();
        putUNet(UNetSettings.SMALL);
        Path file = write("model.safetensors");
        Optional<Path> none = Optional.empty();
        var paths = new ModelPaths(
                file,
                Optional.empty(),
                none,
                Optional.of(tokenizer),
                Optional.of(vae),
                Optional.of(text),
                none,
                Optional.empty());
        try (var model = DiffusionModel.load(ModelParts.open(paths), Precision.FLOAT32)) {
            assertThat(model.autoencoder().config().integers("block_out_channels"))
                    .containsExactly(64, 64);
            assertThat(model.prompts().towers().get(0).encoder().layers()).isEqualTo(3);
        }
        var wrong = new ModelPaths(file, Optional.empty(), none, none, Optional.of(text), none, none, Optional.empty());
        refused(
                () -> ModelParts.open(wrong),
                text + ": holds no autoencoder that is known by its names, and no config.json lies beside it; name a"
                        + " folder in diffusers' layout, or a file of Stable Diffusion");
        var nothing = new ModelPaths(
                file, Optional.empty(), none, none, Optional.of(tokenizer), none, none, Optional.empty());
        refused(
                () -> ModelParts.open(nothing),
                tokenizer
                        + ": has no autoencoder; expected config.json and diffusion_pytorch_model.safetensors, there or"
                        + " in vae/");
    }

    @Test
    void tensorsThatBelongNowhereAreListed() {
        stableDiffusion1();
        tensors.put("model.diffusion_model.extra.weight", new long[] {1});
        tensors.put("first_stage_model.decoder.up.0.extra.weight", new long[] {1});
        refused("looks like Stable Diffusion 1.x, and 2 tensors of it belong nowhere there:"
                + " first_stage_model.decoder.up.0.extra.weight, model.diffusion_model.extra.weight\n"
                + "nothing was loaded; use a file without them, or a supported model; " + SUPPORTED);
    }

    @Test
    void twoLayoutsInOneFileAreRefused() {
        stableDiffusion1();
        tensors.put("vae.decoder.conv_in.weight", new long[] {1});
        refused(
                "mixes two layouts: it names the U-Net 'model.diffusion_model.' as Latent Diffusion does and"
                        + " 'vae.decoder.conv_in.weight' as diffusers does; take one of them, or the file from its source again");
    }

    @Test
    void otherKindsOfFilesAreTold() {
        Map.of(
                        "double_blocks.0.img_attn.proj.weight",
                        "a model of the Flux family",
                        "lora_unet_mid_block.lora_up.weight",
                        "a LoRA; name it as a tuner",
                        "down_blocks.0.resnets.0.norm1.weight",
                        "the U-Net of a folder in diffusers' layout; name that folder",
                        "decoder.up.0.block.0.norm1.weight",
                        "an autoencoder alone; name it as model.vae, or with --vae, beside a model")
                .forEach((key, what) -> {
                    tensors.clear();
                    tensors.put(key, new long[] {1});
                    refused(
                            "is no model in the layout of Latent Diffusion (no tensor's name begins with 'model.diffusion_model.');"
                                    + " it looks like " + what + "; " + SUPPORTED);
                });
        tensors.clear();
        tensors.put("model.diffusion_model.joint_blocks.0.weight", new long[] {1});
        refused("looks like Stable Diffusion 3, which is not supported as a model; " + SUPPORTED);
    }

    @Test
    void relatedArchitecturesThatAreNotSupportedAreTold() {
        putUNet(new UNetSettings(8, 32, List.of(1, 2), 1, List.of(0, 1), 1, 64, false, 0));
        refused("its U-Net takes 8 channels, so it looks like InstructPix2Pix, which is not supported; " + SUPPORTED);
        tensors.clear();
        putUNet(new UNetSettings(4, 64, List.of(1, 2), 1, List.of(0, 1), 1, 64, true, 80));
        put("conditioner.embedders.0.model.", OriginalModels.openClip(vocabulary, WIDTH, 2, 32));
        refused("looks like SDXL's refiner, which is not supported as a model; " + SUPPORTED);
        tensors.clear();
        putUNet(new UNetSettings(4, 64, List.of(1, 2), 1, List.of(0, 1), 2, 64, true, 80));
        refused("looks like a U-Net that was pruned or distilled: its middle block's transformer has 2 layers and the"
                + " deepest level's 1, which is not supported; " + SUPPORTED);
        tensors.clear();
        stableDiffusion1();
        tensors.remove("model.diffusion_model.out.2.weight");
        refused("lacks the tensor 'model.diffusion_model.out.2.weight', so it is cut short or of no supported model; "
                + SUPPORTED);
        tensors.clear();
        putUNet(new UNetSettings(4, 24, List.of(1, 2), 1, List.of(0, 1), 1, 64, false, 0));
        refused("the U-Net is of a size that does not divide into groups or heads as the published models' do; name a"
                + " folder in diffusers' layout whose config.json files describe it, as model.config in a recipe or with"
                + " --config");
    }

    @Test
    void aTensorThatIsMissingInAPartIsToldBeforeAnythingIsLoaded() {
        stableDiffusion1();
        tensors.remove("model.diffusion_model.middle_block.1.proj_out.bias");
        Path file = write("model.safetensors");
        refused(
                () -> DiffusionModel.load(ModelParts.open(named(file)), Precision.FLOAT32),
                file + ": these weights do not fit the model's configuration\n"
                        + "  1 missing: mid_block.attentions.0.proj_out.bias\n"
                        + "nothing was loaded; use the config.json they came with, or take them from their source again");
    }

    @Test
    void whatOnlySingleFilesNeedIsRefusedForAFolder() {
        refused(
                () -> ModelParts.open(named(Path.of("../models/embedded"))),
                "../models/embedded: is a folder and holds its configuration and its parts itself; leave out config,"
                        + " tokenizer, vae and text encoders, which are for single files");
        refused(
                () -> ModelParts.open(predicting(Path.of("../models/embedded"), PredictionType.V_PREDICTION)),
                "../models/embedded: was trained to predict epsilon, as its scheduler/scheduler_config.json says, not"
                        + " v-prediction; leave out the prediction, or name the model that is meant");
        refused(
                () -> ModelParts.open(ModelPaths.of(folder.resolve("none"))),
                folder.resolve("none")
                        + ": no such file or folder; name a model folder in diffusers' layout, or a single"
                        + " file with all parts of a model");
    }
}
