package org.scedit.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;
import org.scedit.core.weights.TensorSource;

class TextEncoderTest {
    private static final String CONFIG = """
            {"model_type": "clip_text_model", "hidden_act": "gelu", "hidden_size": 2, "intermediate_size": 4,
             "num_attention_heads": 1, "num_hidden_layers": 1, "vocab_size": 10, "max_position_embeddings": 8}
            """;

    @TempDir
    private Path folder;

    private static TextEncoder encoder(String key, String value) {
        JsonObject config = JsonParser.parseString(CONFIG).getAsJsonObject();
        config.add(key, JsonParser.parseString(value));
        return new TextEncoder(ConfigFile.of(Path.of("config.json"), config));
    }

    @ParameterizedTest
    @CsvSource({
        "7, 2", // the first end mark
        "3, 4",
        "5, 0", // none: as transformers, whose argmax of falses is the first
        "2, 1" // what old configurations say: the first largest id
    })
    void aPromptIsPooledAtItsEnd(int end, int position) {
        try (NDManager manager = Torch.newManager()) {
            NDArray states = Torch.normal(manager, 1, new Shape(1, 6, 2));
            NDArray pooled = encoder("eos_token_id", "" + end).pooled(new long[][] {{0, 9, 7, 7, 3, 9}}, states);
            assertThat(pooled.getShape()).isEqualTo(new Shape(1, 2));
            assertThat(Torch.floats(pooled))
                    .containsExactly(Torch.floats(states)[2 * position], Torch.floats(states)[2 * position + 1]);
        }
    }

    @Test
    void whatIsPooledGoesThroughTheProjectionWhereThereIsOne() {
        TextEncoder encoder = encoder("architectures", "[\"CLIPTextModelWithProjection\"]");
        assertThat(encoder.pooledWidth()).isEqualTo(512);
        try (NDManager manager = Torch.newManager()) {
            encoder.parameters().randomise(manager, 1, Precision.FLOAT32);
            NDArray states = Torch.normal(manager, 1, new Shape(3, 4, 2));
            NDArray pooled = encoder.pooled(new long[3][4], states);
            assertThat(pooled.getShape()).isEqualTo(new Shape(3, 512));
        }
        assertThat(encoder("architectures", "[\"CLIPTextModel\"]").pooledWidth())
                .isEqualTo(2);
    }

    @Test
    void openClipsFusedMatrixIsThreeOfTransformers() {
        TensorSource renamed = OpenClipNames.rename(
                weights("transformer.resblocks.0.attn.in_proj_weight", 6, 2), encoder("projection_dim", "2"));
        assertThat(renamed.tensors().keySet())
                .containsExactly(
                        "text_model.encoder.layers.0.self_attn.q_proj.weight",
                        "text_model.encoder.layers.0.self_attn.k_proj.weight",
                        "text_model.encoder.layers.0.self_attn.v_proj.weight");
        String keys = "text_model.encoder.layers.0.self_attn.k_proj.weight";
        assertThat(renamed.tensors().get(keys).shape()).containsExactly(2, 2);
        assertThat(renamed.floats(keys)).containsExactly(4, 5, 6, 7);
    }

    @Test
    void openClipsProjectionIsTransposedAndLeftOutForAnEncoderWithoutOne() {
        TensorSource projection = weights("text_projection", 2, 3);
        TensorSource renamed =
                OpenClipNames.rename(projection, encoder("architectures", "[\"CLIPTextModelWithProjection\"]"));
        assertThat(renamed.tensors().get("text_projection.weight").shape()).containsExactly(3, 2);
        assertThat(renamed.floats("text_projection.weight")).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(OpenClipNames.rename(projection, encoder("projection_dim", "2"))
                        .tensors())
                .isEmpty();
    }

    @Test
    void openClipsLayersThatTheEncoderLacksAreLeftOutAndUnknownNamesStay() {
        for (String name :
                List.of("transformer.resblocks.1.ln_1.weight", "transformer.resblocks.1.attn.in_proj_bias")) {
            assertThat(OpenClipNames.rename(weights(name, 6), encoder("projection_dim", "2"))
                            .tensors())
                    .isEmpty();
        }
        assertThat(OpenClipNames.rename(weights("visual.proj", 2), encoder("projection_dim", "2"))
                        .tensors())
                .containsOnlyKeys("visual.proj");
    }

    /** One tensor of the numbers from 0 on. */
    private TensorSource weights(String name, long... shape) {
        float[] numbers = new float[(int) new Shape(shape).size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        Path file = folder.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, Map.of(name, SafetensorsWriter.Tensor.f32(numbers, shape)), Map.of());
        return SafetensorsFile.open(file);
    }
}
