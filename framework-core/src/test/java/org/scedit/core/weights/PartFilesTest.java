package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.weights.PartFiles.Saver;

class PartFilesTest {
    private static final String INDEX = "diffusion_pytorch_model.safetensors.index.json";
    private static final String FIRST = "diffusion_pytorch_model-00001-of-00002.safetensors";
    private static final String SECOND = "diffusion_pytorch_model-00002-of-00002.safetensors";
    private static final String MAP = "{\"weight_map\": {\"a\": \"" + FIRST + "\", \"b\": \"" + SECOND + "\"}}";

    @TempDir
    private Path folder;

    private Path write(String file, String... tensors) {
        Path path = folder.resolve(file);
        Map<String, SafetensorsWriter.Tensor> written = new java.util.LinkedHashMap<>();
        for (String tensor : tensors) {
            written.put(tensor, SafetensorsWriter.Tensor.f32(new float[] {tensor.charAt(0)}, 1));
        }
        SafetensorsWriter.write(path, written, Map.of());
        return path;
    }

    private void index(String file, String json) throws IOException {
        Files.writeString(folder.resolve(file), json);
    }

    private Optional<PartFiles> find() {
        return PartFiles.find(folder, Saver.DIFFUSERS, Optional.empty());
    }

    private List<Path> found(String variant) {
        return PartFiles.find(folder, Saver.DIFFUSERS, Optional.ofNullable(variant))
                .map(PartFiles::files)
                .orElse(List.of());
    }

    @Test
    void thePlainFileIsTakenUnlessAVariantIsAskedFor() {
        Path plain = write("diffusion_pytorch_model.safetensors", "a");
        Path half = write("diffusion_pytorch_model.fp16.safetensors", "a");
        assertThat(found(null)).containsExactly(plain);
        assertThat(found("fp16")).containsExactly(half);
        assertThat(found("bf16")).isEmpty();
    }

    @Test
    void fp16IsTakenWhereThereIsNoPlainFileAndAnotherVariantIsNot() {
        write("diffusion_pytorch_model.non_ema.safetensors", "a");
        assertThat(found(null)).isEmpty();
        Path half = write("diffusion_pytorch_model.fp16.safetensors", "a");
        assertThat(found(null)).containsExactly(half);
    }

    @Test
    void textEncodersHaveTheNamesThatTransformersGives() {
        Path file = write("model.fp16.safetensors", "a");
        assertThat(PartFiles.find(folder, Saver.TRANSFORMERS, Optional.empty())
                        .orElseThrow()
                        .files())
                .containsExactly(file);
    }

    @Test
    void pyTorchFilesAreReadWhereThereIsNothingElse() {
        Path file = folder.resolve("diffusion_pytorch_model.bin");
        TorchArchiveWriter.write(file, Map.of("a", new WeightFile.Tensor(new long[] {2}, new float[] {1, 2})));
        TensorSource weights = find().orElseThrow().open();
        assertThat(weights.path()).isEqualTo(file);
        assertThat(weights.floats("a")).containsExactly(1, 2);
        Path safe = write("diffusion_pytorch_model.fp16.safetensors", "a");
        assertThat(found(null)).containsExactly(safe);
    }

    @Test
    void shardsAreReadAsOne() throws IOException {
        index(INDEX, MAP);
        Path first = write(FIRST, "a");
        Path second = write(SECOND, "b");
        TensorSource weights = find().orElseThrow().open();
        assertThat(found(null)).containsExactly(first, second);
        assertThat(weights.path()).isEqualTo(folder.resolve(INDEX));
        assertThat(weights.tensors()).containsOnlyKeys("a", "b");
        assertThat(weights.floats("b")).containsExactly('b');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "diffusion_pytorch_model.safetensors.index.fp16.json",
                "diffusion_pytorch_model.fp16.safetensors.index.json",
                "diffusion_pytorch_model.safetensors.fp16.index.json"
            })
    void aVariantsIndexHasHadThreeNames(String name) throws IOException {
        index(name, MAP);
        assertThat(List.of(write(FIRST, "a"), write(SECOND, "b"))).isEqualTo(found("fp16"));
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        index(INDEX, MAP);
        write(FIRST, "a");
        assertThatThrownBy(this::find)
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve(INDEX) + ": names 2 files of weights, and 1 is not beside it: " + SECOND
                        + "; download what is missing");
    }

    @Test
    void shardsOfAnotherSavingAreRefused() throws IOException {
        index(INDEX, MAP);
        write(FIRST, "a");
        write(SECOND, "b", "c");
        assertThatThrownBy(() -> find().orElseThrow().open())
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve(SECOND) + ": holds 'c', which " + INDEX
                        + " does not name; index and files were not saved together, download all of them again");
        write(SECOND, "b", "a");
        assertThatThrownBy(() -> find().orElseThrow().open())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("holds 'a', which " + INDEX + " places in " + FIRST);
        write(SECOND);
        assertThatThrownBy(() -> find().orElseThrow().open())
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(folder.resolve(SECOND) + ": lacks 'b', which " + INDEX + " places in it");
    }

    @Test
    void oneFileAndShardsBesideEachOtherAreRefused() throws IOException {
        index(INDEX, MAP);
        write("diffusion_pytorch_model.safetensors", "a");
        assertThatThrownBy(this::find)
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": holds both diffusion_pytorch_model.safetensors and " + INDEX
                        + ", which may be of different models; keep one of them");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{}", "{\"weight_map\": 1}", "{\"weight_map\": {}}", "{\"weight_map\": {\"a\": 1}}"})
    void anIndexThatIsNoneIsRefused(String json) throws IOException {
        index(INDEX, json);
        assertThatThrownBy(this::find)
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(folder.resolve(INDEX) + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../secret.safetensors", "/etc/passwd", "..", "."})
    void anIndexMayOnlyNameFilesBesideIt(String name) throws IOException {
        index(INDEX, "{\"weight_map\": {\"a\": \"" + name + "\"}}");
        assertThatThrownBy(this::find).isInstanceOf(UserException.class);
    }

    @Test
    void theHashOfOneFileIsItsOwnAndThatOfShardsIsOfAllOfThem() throws IOException {
        Path abc = Files.writeString(folder.resolve("abc"), "abc");
        assertThat(FileHash.sha256(List.of(abc)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); // FIPS 180-2, B.1
        Path a = Files.writeString(folder.resolve("a"), "a");
        Path bc = Files.writeString(folder.resolve("bc"), "bc");
        assertThat(FileHash.sha256(List.of(a, bc))).isEqualTo(FileHash.sha256(List.of(abc)));
    }
}
