package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;

class WeightSourceTest {
    private static final WeightFile PLAIN = new WeightFile(
            Map.of("w", new WeightFile.Tensor(new long[] {2}, new float[] {1, 2})), Map.of("format", "pt"), "");

    @TempDir
    private Path folder;

    private Path put(String name) {
        Path file = folder.resolve(name);
        WeightTarget.of(file, PLAIN).write(PLAIN);
        return file;
    }

    @ParameterizedTest
    @ValueSource(strings = {"w.safetensors", "w.bin", "w.pt", "w.pth", "w.ckpt"})
    void everyContainerGivesTheSameNumbers(String name) {
        WeightFile read = WeightSource.open(put(name)).read();
        assertThat(read.tensors()).containsOnlyKeys("w");
        assertThat(read.tensors().get("w").values()).containsExactly(1, 2);
        assertThat(read.metadata()).isEqualTo(name.equals("w.safetensors") ? Map.of("format", "pt") : Map.of());
    }

    @Test
    void theBytesTellTheContainerNotTheName() throws IOException {
        Path file = Files.move(put("w.bin"), folder.resolve("w.safetensors"));
        assertThat(WeightSource.open(file).read().tensors()).containsOnlyKeys("w");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "adapter_model.safetensors",
                "pytorch_lora_weights.safetensors",
                "diffusion_pytorch_model.safetensors",
                "adapter_model.bin",
                "pytorch_model.bin",
                "0_SwiftSCETuning/pytorch_model.bin",
                "any.safetensors"
            })
    void theOneFileOfAFolderIsFound(String name) {
        Path file = put(name);
        assertThat(WeightSource.open(folder).path()).isEqualTo(file);
        assertThat(WeightSource.open(folder).given()).isEqualTo(folder);
        assertThat(WeightSource.isIn(folder)).isTrue();
    }

    @Test
    void aUsualNameComesBeforeOthersAndSafetensorsBeforePyTorch() {
        put("io.safetensors");
        put("adapter_model.bin");
        Path usual = put("adapter_model.safetensors");
        assertThat(WeightSource.open(folder).path()).isEqualTo(usual);
    }

    @Test
    void noneOrSeveralAreRefused() {
        assertThat(WeightSource.isIn(folder)).isFalse();
        assertThatThrownBy(() -> WeightSource.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": holds no weights; expected one file such as adapter_model.safetensors or"
                        + " pytorch_model.bin");
        put("a.safetensors");
        put("b.bin");
        assertThatThrownBy(() -> WeightSource.open(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": holds several files of weights: a.safetensors, b.bin; name the one to use");
        assertThatThrownBy(() -> WeightSource.open(folder.resolve("c.bin")))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("c.bin") + ": no such file; check the path, or download the weights");
    }

    @Test
    void theConfigurationBesideAFileIsFound() throws IOException {
        Path file = put("adapter_model.safetensors");
        assertThat(WeightSource.open(file).read().config()).isEmpty();
        Files.writeString(folder.resolve("config.json"), "{\"a\": 1}");
        assertThat(WeightSource.open(folder).read().config()).isEqualTo("{\"a\": 1}");
        Files.writeString(folder.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\"}");
        assertThat(WeightSource.open(file).read().config()).isEqualTo("{\"peft_type\": \"LORA\"}");
    }

    @Test
    void aNeighbourThatIsNoTextIsLeftAlone() throws IOException {
        Files.write(folder.resolve("config.json"), new byte[] {(byte) 0xff});
        assertThat(WeightSource.open(put("w.safetensors")).read().config()).isEmpty();
    }

    @Test
    void aFolderGetsTheNamesThatItsToolsLookFor() {
        for (List<String> names : List.of(
                List.of("{\"peft_type\": \"LORA\"}", "adapter_model.safetensors", "adapter_config.json"),
                List.of("{}", "diffusion_pytorch_model.safetensors", "config.json"))) {
            Path out = folder.resolve("out" + names.get(2));
            var content = new WeightFile(PLAIN.tensors(), Map.of(), names.get(0));
            WeightTarget target = WeightTarget.of(out, content);
            target.requireNew();
            target.write(content);
            assertThat(target.files()).containsExactly(out.resolve(names.get(1)), out.resolve(names.get(2)));
            assertThat(WeightSource.open(out).read().config()).isEqualTo(names.get(0));
            assertThatThrownBy(target::requireNew)
                    .isInstanceOf(UserException.class)
                    .hasMessage(out.resolve(names.get(1)) + ", " + out.resolve(names.get(2))
                            + ": there already; give another name, or --force to replace");
        }
    }

    @Test
    void weightsWithoutConfigurationAreASingleFile() {
        assertThatThrownBy(() -> WeightTarget.of(folder.resolve("out"), PLAIN))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("out") + ": this format is a single file; name one that ends in"
                        + " .safetensors, or in .bin for PyTorch");
    }
}
