package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Dataset;
import org.scedit.core.data.Example;
import org.scedit.core.data.Framing;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.TextStates;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.ParameterSet;
import org.scedit.core.model.TextCondition;
import org.scedit.core.train.LatentBatches;
import org.scedit.core.weights.FileHash;
import org.scedit.core.weights.HalfPrecision;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;
import org.scedit.core.weights.TorchArchiveWriter;
import org.scedit.core.weights.WeightSource;
import org.scedit.testkit.TinyModel;

/** Models of Stable Diffusion's forms in the layouts that folders of them have, small and with random weights. */
class ModelFormsTest {
    private static final String UNET = "unet/diffusion_pytorch_model.safetensors";
    private static int threads;

    @TempDir
    private Path folder;

    @BeforeAll
    static void useOneThread() {
        threads = Torch.threads();
        Torch.setThreads(1); // of arrays so small a second thread only waits
    }

    @AfterAll
    static void useAllThreads() {
        Torch.setThreads(threads);
    }

    @Test
    void aPromptLeftOutIsZerosToStableDiffusionXl() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            Framing whole = Framing.whole(64, 48);
            TextCondition text = new TextStates(model, notice -> {})
                    .of(manager, List.of(Optional.empty(), Optional.of("")), List.of(whole, whole));
            assertThat(text.states().getShape()).isEqualTo(new Shape(2, 16, 20)); // 8 and 12 channels beside each other
            NDArray pooled = text.added().orElseThrow().pooledText();
            assertThat(pooled.getShape()).isEqualTo(new Shape(2, 6));
            assertThat(Torch.floats(text.states().get(0))).containsOnly(0);
            assertThat(Torch.floats(pooled.get(0))).containsOnly(0);
            assertThat(Torch.floats(pooled.get(1))).doesNotContain(0);
            assertThat(text.added().get().sizes()).containsExactly(48, 64, 0, 0, 48, 64, 48, 64, 0, 0, 48, 64);
        }
    }

    @Test
    void aPromptLeftOutIsTheEmptyTextToStableDiffusion() {
        TinyModel.writeStableDiffusion21(folder, 1);
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            Framing whole = Framing.whole(64, 64);
            TextCondition text = new TextStates(model, notice -> {})
                    .of(manager, List.of(Optional.empty(), Optional.of("")), List.of(whole, whole));
            assertThat(text.added()).isEmpty();
            assertThat(Torch.floats(text.states().get(0)))
                    .isEqualTo(Torch.floats(text.states().get(1)));
        }
    }

    @Test
    void theStatesOfStableDiffusionXlAreThoseOfTheLastLayerButOne() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            var encoded = model.prompts().encode(manager, List.of("a red circle"), notice -> {});
            var second = model.prompts().towers().get(1);
            long[][] ids = {second.tokenizer().encode("a red circle").ids()};
            NDArray expected = second.encoder().hiddenState(manager, ids, 1);
            assertThat(Torch.floats(encoded.states().get(":, :, 8:"))).isEqualTo(Torch.floats(expected));
            NDArray pooled = second.encoder().pooled(ids, second.encoder().forward(manager, ids));
            assertThat(Torch.floats(encoded.pooled().orElseThrow())).isEqualTo(Torch.floats(pooled));
        }
    }

    @Test
    void trainingTellsHowEachPictureWasMadeAndTextEncodersThatAreTrainedSeeTheSame() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        var picture = Picture.of(64, 64, new byte[3 * 64 * 64]);
        Framing cut = new Framing(300, 200, 16, 0, 64, 64);
        Dataset one = new Dataset() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public Example get(int index) {
                return new Example(picture, "a red circle", cut);
            }
        };
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            List<TextCondition> texts = new ArrayList<>();
            for (double dropout : new double[] {0, 1}) {
                for (boolean trained : new boolean[] {false, true}) {
                    var settings = new LatentBatches.Settings(1, dropout, trained, List.of(), Optional.empty(), 0);
                    texts.add(new LatentBatches(model, one, settings, notice -> {}, done -> {}).texts(0, manager));
                }
            }
            for (TextCondition text : texts) {
                assertThat(text.added().orElseThrow().sizes()).containsExactly(300, 200, 16, 0, 64, 64);
            }
            for (int i = 0; i < 4; i += 2) {
                float[] frozen = Torch.floats(texts.get(i).states());
                assertThat(Torch.floats(texts.get(i + 1).states())).containsExactly(frozen, within(0f));
            }
            assertThat(Torch.floats(texts.get(0).states())).doesNotContain(0);
            assertThat(Torch.floats(texts.get(2).states())).containsOnly(0);
        }
    }

    private ModelPaths paths(Optional<String> variant, Optional<PredictionType> prediction) {
        Optional<Path> none = Optional.empty();
        return new ModelPaths(folder, variant, none, none, none, none, none, prediction);
    }

    @Test
    void aTextEncoderOf16BitsMakesTheStatesOfItsNumbersIn32() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        float[] widened = states(false);
        assertThat(states(true)).isEqualTo(widened);
    }

    /** Of a prompt, by text encoders whose weights are rounded to 16 bits and stored in these, or in 32. */
    private float[] states(boolean half) {
        for (String part : List.of("text_encoder", "text_encoder_2")) {
            Path file = folder.resolve(part).resolve("model.safetensors");
            Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
            SafetensorsFile stored = SafetensorsFile.open(file);
            stored.entries().forEach((name, entry) -> {
                float[] values = stored.floats(name);
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfPrecision.fromF16(HalfPrecision.toF16(values[i]));
                }
                long[] shape = entry.shape();
                tensors.put(
                        name,
                        half
                                ? SafetensorsWriter.Tensor.f16(values, shape)
                                : SafetensorsWriter.Tensor.f32(values, shape));
            });
            SafetensorsWriter.write(file, tensors, Map.of());
        }
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                NDManager manager = Torch.newManager()) {
            var encoded = model.prompts().encode(manager, List.of("a red circle"), notice -> {});
            NDArray pooled = encoded.pooled().orElseThrow();
            return Torch.floats(encoded.states().flatten().concat(pooled.flatten(), 0));
        }
    }

    @Test
    void aFolderOfAnotherKindAndOneAroundASingleFileAreToldAsSuch() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"FluxPipeline\"}");
        assertThatThrownBy(() -> ModelParts.open(ModelPaths.of(folder)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(folder.resolve("model_index.json")
                        + ": '_class_name' is FluxPipeline, which is not supported; supported: ");
        Files.delete(folder.resolve("model_index.json"));
        Path file = Files.writeString(folder.resolve("v1-5.safetensors"), "x");
        assertThatThrownBy(() -> ModelParts.open(ModelPaths.of(folder)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        folder + ": is no model folder in diffusers' layout, it has no model_index.json; it holds the"
                                + " file v1-5.safetensors: if that is a whole model, name the file, " + file);
    }

    @Test
    void weightsOfTheOriginalLayoutInAFolderOfTheOtherAreToldAsSuch() {
        TinyModel.writeStableDiffusion(folder, 1);
        var tensor = SafetensorsWriter.Tensor.f32(new float[1], 1);
        SafetensorsWriter.write(folder.resolve(UNET), Map.of("model.diffusion_model.out.2.bias", tensor), Map.of());
        assertThatThrownBy(() -> DiffusionModel.load(folder, Precision.FLOAT32))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        folder.resolve(UNET) + ": these weights are in the original layout of Latent Diffusion, in a"
                                + " folder of diffusers' layout; nothing was loaded. Name the file itself as the model, or put the"
                                + " weights that diffusers saved into the folder");
    }

    @Test
    void aModelOfAnotherPredictionThanTheRecipeSaysIsRefused() {
        TinyModel.writeStableDiffusion(folder, 1);
        assertThatThrownBy(() -> ModelParts.open(paths(Optional.empty(), Optional.of(PredictionType.V_PREDICTION))))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        folder + ": was trained to predict epsilon, as its scheduler/scheduler_config.json says, not "
                                + "v-prediction; leave out the prediction, or name the model that is meant");
    }

    @Test
    void aPictureIsDrawnBySamplersThatReadVelocity() {
        TinyModel.writeStableDiffusion21(folder, 1);
        try (var model = DiffusionModel.load(folder, Precision.FLOAT32);
                var unet = new TunedUNet(model.unet(), Precision.FLOAT32)) {
            assertThat(model.scheduler().predictionType()).isEqualTo(PredictionType.V_PREDICTION);
            List<Picture> pictures = new Pipeline(model, unet, notice -> {})
                    .draw(
                            List.of("a red circle"),
                            3,
                            new Pipeline.Settings(
                                    "", Sampling.asIs(model.scheduler(), 2, 0), 7.5, 0.5, 64, 64, Optional.empty()),
                            Pipeline.Observer.NONE);
            assertThat(pictures.get(0).width()).isEqualTo(64);
        }
    }

    @Test
    void shardsAVariantAndPyTorchsFilesAreTheSameModelAsPlainFiles() throws IOException {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Path plain = Files.createDirectories(folder.resolve("plain"));
        TinyModel.writeStableDiffusionXl(plain, 1);
        shard(folder.resolve(UNET));
        Files.move(
                folder.resolve("text_encoder/model.safetensors"),
                folder.resolve("text_encoder/model.fp16.safetensors"));
        Path text = folder.resolve("text_encoder_2/model.safetensors");
        TorchArchiveWriter.write(
                folder.resolve("text_encoder_2/pytorch_model.bin"),
                WeightSource.open(text).read().tensors());
        Files.delete(text);
        try (var one = DiffusionModel.load(folder, Precision.FLOAT32);
                var other = DiffusionModel.load(plain, Precision.FLOAT32)) {
            one.unet().parameters().all().forEach(each -> assertThat(Torch.floats(each.value()))
                    .isEqualTo(Torch.floats(
                            other.unet().parameters().get(each.name()).value())));
            var second = one.prompts().towers().get(1).encoder().parameters();
            second.all().forEach(each -> assertThat(Torch.floats(each.value()))
                    .isEqualTo(Torch.floats(other.prompts()
                            .towers()
                            .get(1)
                            .encoder()
                            .parameters()
                            .get(each.name())
                            .value())));
            assertThat(one.unetHash()).hasSize(64).isNotEqualTo(other.unetHash());
        }
    }

    @Test
    void aSingleFileOfStableDiffusionXlIsTheSameModelAsItsFolder() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Path file = folder.resolve("model.safetensors");
        XlSingleFile.write(folder, file);
        Optional<Path> none = Optional.empty();
        ModelParts parts = ModelParts.open(
                new ModelPaths(file, Optional.empty(), Optional.of(folder), none, none, none, none, Optional.empty()));
        assertThat(parts.notices()).containsExactly(file + ": SDXL, predicts epsilon");
        assertThat(parts.zeroesEmptyPrompt()).isTrue();
        try (var one = DiffusionModel.load(parts, Precision.FLOAT32);
                var other = DiffusionModel.load(folder, Precision.FLOAT32)) {
            same(one.unet().parameters(), other.unet().parameters());
            same(one.autoencoder().parameters(), other.autoencoder().parameters());
            for (int i = 0; i < 2; i++) {
                same(
                        one.prompts().towers().get(i).encoder().parameters(),
                        other.prompts().towers().get(i).encoder().parameters());
            }
            assertThat(picture(one)).isEqualTo(picture(other));
            assertThat(one.unetHash()).isEqualTo(FileHash.sha256(List.of(file)));
        }
    }

    @Test
    void aSecondTextEncoderThatASingleFileLacksIsNamedBesideIt() {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Path whole = folder.resolve("whole.safetensors");
        XlSingleFile.write(folder, whole);
        Path file = part(whole, "lacking.safetensors", name -> !name.startsWith(XlSingleFile.SECOND_TEXT));
        Path second = part(whole, "second.safetensors", name -> name.startsWith(XlSingleFile.SECOND_TEXT));
        assertThatThrownBy(() -> ModelParts.open(with(file, Optional.empty())).requireComplete(true))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": has no second text encoder; name one, a folder or a file, as model.text_encoder_2"
                        + " in a recipe or with --text-encoder-2\n1 problem, nothing was loaded");
        try (var one = DiffusionModel.load(folder, Precision.FLOAT32);
                var byFolder =
                        DiffusionModel.load(ModelParts.open(with(file, Optional.of(folder))), Precision.FLOAT32);
                var byFile = DiffusionModel.load(ModelParts.open(with(file, Optional.of(second))), Precision.FLOAT32)) {
            for (DiffusionModel other : List.of(byFolder, byFile)) {
                same(
                        one.prompts().towers().get(1).encoder().parameters(),
                        other.prompts().towers().get(1).encoder().parameters());
            }
        }
    }

    private ModelPaths with(Path file, Optional<Path> second) {
        Optional<Path> none = Optional.empty();
        return new ModelPaths(file, Optional.empty(), Optional.of(folder), none, none, none, second, Optional.empty());
    }

    /** Some tensors of a file as another one. */
    private Path part(Path whole, String name, Predicate<String> wanted) {
        SafetensorsFile file = SafetensorsFile.open(whole);
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        file.tensors().forEach((key, entry) -> {
            if (wanted.test(key)) {
                tensors.put(key, SafetensorsWriter.Tensor.f32(file.floats(key), entry.shape()));
            }
        });
        SafetensorsWriter.write(folder.resolve(name), tensors, Map.of());
        return folder.resolve(name);
    }

    private static void same(ParameterSet one, ParameterSet other) {
        assertThat(one.shapes()).isEqualTo(other.shapes());
        one.all().forEach(each -> assertThat(Torch.floats(each.value()))
                .as(each.name())
                .isEqualTo(Torch.floats(other.get(each.name()).value())));
    }

    private static byte[] picture(DiffusionModel model) {
        try (var unet = new TunedUNet(model.unet(), Precision.FLOAT32)) {
            var drawing =
                    new Pipeline.Settings("", Sampling.asIs(model.scheduler(), 2, 0), 5, 0, 64, 64, Optional.empty());
            return new Pipeline(model, unet, notice -> {})
                    .draw(List.of("a red circle"), 3, drawing, Pipeline.Observer.NONE)
                    .get(0)
                    .rgb();
        }
    }

    /** In two, every other tensor in the second. */
    private static void shard(Path file) throws IOException {
        SafetensorsFile whole = SafetensorsFile.open(file);
        List<Map<String, SafetensorsWriter.Tensor>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        var places = new JsonObject();
        int next = 0;
        for (String name : whole.entries().keySet()) {
            int shard = next++ % 2;
            shards.get(shard)
                    .put(
                            name,
                            SafetensorsWriter.Tensor.f32(
                                    whole.floats(name),
                                    whole.entries().get(name).shape()));
            places.addProperty(name, "shard-" + shard + ".safetensors");
        }
        for (int i = 0; i < 2; i++) {
            SafetensorsWriter.write(file.resolveSibling("shard-" + i + ".safetensors"), shards.get(i), Map.of());
        }
        var index = new JsonObject();
        index.add("weight_map", places);
        Files.writeString(file.resolveSibling(file.getFileName() + ".index.json"), index.toString());
        Files.delete(file);
    }

    @Test
    void aVariantThatAPartLacksIsNamed() throws IOException {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Files.copy(folder.resolve(UNET), folder.resolve("unet/diffusion_pytorch_model.fp16.safetensors"));
        ModelParts parts = ModelParts.open(paths(Optional.of("fp16"), Optional.empty()));
        assertThatThrownBy(() -> DiffusionModel.load(parts, Precision.FLOAT32))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": is no complete model in diffusers' layout; missing: "
                        + "vae/diffusion_pytorch_model.fp16.safetensors, text_encoder/model.fp16.safetensors, "
                        + "text_encoder_2/model.fp16.safetensors\nname a folder as diffusers saves it, with weights of "
                        + "variant 'fp16' in every part, or leave out model.variant");
    }

    @Test
    void whatAFolderOfStableDiffusionXlLacksIsNamed() throws IOException {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Files.delete(folder.resolve("text_encoder_2/config.json"));
        Files.delete(folder.resolve("tokenizer_2/merges.txt"));
        Files.delete(folder.resolve(UNET));
        assertThatThrownBy(() -> DiffusionModel.load(folder, Precision.FLOAT32))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": is no complete model in diffusers' layout; missing: " + UNET
                        + ", text_encoder_2/config.json, tokenizer_2/merges.txt\nname a folder as diffusers saves it, "
                        + "with weights in every part");
    }

    @Test
    void partsOfDifferentModelsAreRefused() throws IOException {
        TinyModel.writeStableDiffusionXl(folder, 1);
        Path config = folder.resolve("text_encoder_2/config.json");
        JsonObject values = JsonParser.parseString(Files.readString(config)).getAsJsonObject();
        values.addProperty("projection_dim", 5);
        Files.writeString(config, values.toString());
        assertThatThrownBy(() -> DiffusionModel.load(folder, Precision.FLOAT32))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": the U-Net takes pooled text of width 6, the text encoders make pooled text of "
                        + "width 5\n1 problem, nothing was loaded; the parts are of different models");
    }
}
