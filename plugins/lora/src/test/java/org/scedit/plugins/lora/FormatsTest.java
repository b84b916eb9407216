package org.scedit.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.scedit.api.LayerTargets;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.RoundTrip;
import org.scedit.testkit.TinyUNet;

class FormatsTest {
    private static final UNetLayout UNET = new UNet(ConfigFile.of(Path.of("TinyUNet"), TinyUNet.config())).layout();
    private static final String LAYER = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
    private static final String FLAT = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q";
    private static final List<String> TARGETS = List.of("mid_block.*.to_q", "conv_in");

    private static LoraConfig config(double alpha, Map<String, Integer> ranks, Map<String, Double> alphas) {
        return new LoraConfig(2, alpha, 0, TARGETS, ranks, alphas, false, false);
    }

    static Stream<LoraConfig> settings() {
        return Stream.of(
                config(2, Map.of(), Map.of()),
                config(3, Map.of(), Map.of()),
                config(0.1, Map.of("conv_in", 3), Map.of()),
                config(0, Map.of("conv_in", 3), Map.of()),
                config(4, Map.of("attn2.to_q", 1), Map.of("attn*", 0.7, "conv_in", 5.0)),
                // conv_out has only four outputs, which another tool does not mind
                new LoraConfig(5, 5, 0, List.of("conv_out", "to_q"), Map.of("conv_out", 5), Map.of(), false, false),
                new LoraConfig(3, 6, 0.25, TARGETS, Map.of("conv_in", 2), Map.of("conv_in", 1.5), true, false),
                new LoraConfig(2, 3, 0, List.of("to_k", "conv1"), Map.of(), Map.of(), false, true),
                new LoraConfig(3, 3, 0, List.of("*"), Map.of("conv_out", 1), Map.of(), true, true));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatIsWrittenIsReadBack(LoraConfig config) {
        RoundTrip.check(new LoraProvider(), config, UNET);
    }

    private static Content<LoraConfig> content(LoraConfig config) {
        return RoundTrip.content(new LoraProvider(), config, UNET);
    }

    private static WeightFile renamed(WeightFile file, UnaryOperator<String> name) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        file.tensors().forEach((each, tensor) -> tensors.put(name.apply(each), tensor));
        return new WeightFile(tensors, file.metadata(), file.config());
    }

    @Test
    void diffusersHasTheSettingsInTheMetadata() {
        WeightFile written = new DiffusersFormat()
                .write(content(new LoraConfig(2, 3, 0, List.of(LAYER), Map.of(), Map.of(), false, true)), UNET);

        assertThat(written.tensors())
                .containsOnlyKeys(
                        "unet." + LAYER + ".lora_A.weight",
                        "unet." + LAYER + ".lora_B.weight",
                        "unet." + LAYER + ".lora_magnitude_vector");
        assertThat(written.metadata()).containsEntry("format", "pt");
        assertThat(written.metadata().get("lora_adapter_metadata"))
                .contains("\"unet.r\": 2,\n", "\"unet.lora_alpha\": 3,\n", "\"unet.use_dora\": true,\n");
    }

    @Test
    void diffusersOlderNamesAreReadAlsoMixedWithTheNewerOnes() {
        Content<LoraConfig> content = content(config(3, Map.of(), Map.of()));
        WeightFile mixed = renamed(
                new DiffusersFormat().write(content, UNET),
                name -> name.contains("attn1")
                        ? name.replace(".lora_A.", ".lora.down.").replace(".lora_B.", ".lora.up.")
                        : name);

        assertThat(new DiffusersFormat().matches(mixed)).isTrue();
        assertThat(new DiffusersFormat().read(mixed, UNET))
                .usingRecursiveComparison()
                .isEqualTo(content);
    }

    @Test
    void peftsNamesMayLackTheirBeginning() {
        Content<LoraConfig> content = content(config(3, Map.of(), Map.of()));
        WeightFile bare =
                renamed(new PeftFormat().write(content, UNET), name -> name.substring("base_model.model.".length()));

        assertThat(new PeftFormat().matches(bare)).isTrue();
        assertThat(new PeftFormat().read(bare, UNET)).usingRecursiveComparison().isEqualTo(content);
    }

    @Test
    void aTargetWithAStarIsOneRegularExpressionForPeft() {
        assertThat(new PeftFormat()
                        .write(content(config(3, Map.of(), Map.of())), UNET)
                        .config())
                .contains("\"target_modules\": \"(.*\\\\.)?(mid_block\\\\..*\\\\.to_q|conv_in)\"");
    }

    @Test
    void anotherMethodOfPeftIsRefused() {
        WeightFile written = new PeftFormat().write(content(config(3, Map.of(), Map.of())), UNET);
        String config = written.config().replace("\"LORA\"", "\"ADALORA\"");
        assertThatThrownBy(() -> new PeftFormat().read(new WeightFile(written.tensors(), Map.of(), config), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its configuration has peft_type \"ADALORA\"; it is read only with \"LORA\"");
    }

    @Test
    void kohyaHasAnAlphaBesideTheWeights() {
        WeightFile written = new KohyaFormat()
                .write(
                        content(new LoraConfig(2, 3, 0, List.of(LAYER, "conv_in"), Map.of(), Map.of(), false, true)),
                        UNET);

        assertThat(written.tensors())
                .containsOnlyKeys(
                        FLAT + ".lora_down.weight",
                        FLAT + ".lora_up.weight",
                        FLAT + ".dora_scale",
                        FLAT + ".alpha",
                        "lora_unet_conv_in.lora_down.weight",
                        "lora_unet_conv_in.lora_up.weight",
                        "lora_unet_conv_in.dora_scale",
                        "lora_unet_conv_in.alpha");
        assertThat(written.tensors().get(FLAT + ".alpha").shape()).isEmpty();
        assertThat(written.tensors().get(FLAT + ".alpha").values()).containsExactly(3);
        assertThat(written.tensors().get(FLAT + ".dora_scale").shape()).containsExactly(16, 1);
        assertThat(written.tensors().get("lora_unet_conv_in.dora_scale").shape())
                .containsExactly(8, 1, 1, 1);
        assertThat(written.metadata())
                .containsEntry("ss_network_module", "networks.lora")
                .containsEntry("ss_network_dim", "2")
                .containsEntry("ss_network_alpha", "3.0");
    }

    @Test
    void kohyasAlphaOfAnRsLoraHasTheRootOfTheRankInIt() {
        // 6 / √4 = 12 / 4
        var config = new LoraConfig(4, 6, 0, List.of(LAYER), Map.of(), Map.of(), true, false);
        WeightFile written = new KohyaFormat().write(content(config), UNET);
        assertThat(written.tensors().get(FLAT + ".alpha").values()).containsExactly(12);

        WeightFile elsewhere = new WeightFile(written.tensors(), Map.of(), "");
        assertThat(new KohyaFormat().read(elsewhere, UNET).config())
                .isEqualTo(
                        new LoraConfig(4, 12, 0, List.of("mid_block.*.attn1.to_q"), Map.of(), Map.of(), false, false));
    }

    @ParameterizedTest
    @CsvSource({"none, 2, 2", "one, 0.5, 2", "all, 0.5, 0.5"})
    void aLayerOfKohyaWithoutAlphaHasItsRank(String which, double first, double second) {
        WeightFile written = new KohyaFormat().write(content(config(0.5, Map.of(), Map.of())), UNET);
        var tensors = new LinkedHashMap<>(written.tensors());
        tensors.keySet()
                .removeIf(name -> name.endsWith(".alpha")
                        && (which.equals("none") || which.equals("one") && !name.startsWith("lora_unet_conv_in")));
        LoraConfig read = new KohyaFormat()
                .read(new WeightFile(tensors, Map.of(), ""), UNET)
                .config();

        var layers = LayerTargets.select("targets", TARGETS, UNET);
        assertThat(read.alphas().of(layers).values()).containsExactly(first, second, second);
    }

    @Test
    void withoutSettingsTheWeightsTellThem() {
        Content<LoraConfig> content = content(new LoraConfig(
                3,
                6,
                0,
                List.of("to_q", "to_out.0", "mid_block.*.conv1"),
                Map.of("to_out.0", 2),
                Map.of(),
                false,
                true));
        WeightFile bare =
                new WeightFile(new DiffusersFormat().write(content, UNET).tensors(), Map.of(), "");

        Content<LoraConfig> read = new DiffusersFormat().read(bare, UNET);

        assertThat(read.weights()).usingRecursiveComparison().isEqualTo(content.weights());
        assertThat(read.config())
                .isEqualTo(new LoraConfig(
                        3,
                        0,
                        0,
                        List.of("to_q", "to_out.0", "mid_block.*.conv1"),
                        Map.of("to_out.0", 2),
                        Map.of(),
                        false,
                        true));
    }

    @Test
    void settingsThatTheWeightsContradictAreNotBelieved() {
        WeightFile written = new PeftFormat().write(content(config(3, Map.of(), Map.of())), UNET);
        String wrong = written.config()
                .replace("\"r\": 2", "\"r\": 9")
                .replaceFirst("\"target_modules\": .*\n", "\"target_modules\": [\"to_v\"],\n");
        assertThat(wrong).isNotEqualTo(written.config());

        assertThat(new PeftFormat()
                        .read(new WeightFile(written.tensors(), Map.of(), wrong), UNET)
                        .config())
                .isEqualTo(new LoraConfig(
                        2, 3, 0, List.of("conv_in", "mid_block.*.to_q"), Map.of(), Map.of(), false, false));
    }

    @Test
    void textEncodersAreRefused() {
        WeightFile written = new DiffusersFormat().write(content(config(3, Map.of(), Map.of())), UNET);
        var tensors = new LinkedHashMap<>(written.tensors());
        String name = "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight";
        tensors.put(name, new WeightFile.Tensor(new long[] {1, 1}, new float[1]));
        var both = new WeightFile(tensors, written.metadata(), "");

        assertThat(new DiffusersFormat().matches(both)).isTrue();
        assertThatThrownBy(() -> new DiffusersFormat().read(both, UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 of its 7 weights tune a text encoder, which is not supported yet; save it again without"
                        + " them: " + name);
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(new KohyaFormat()
                .write(content(config(3, Map.of(), Map.of())), UNET)
                .tensors());
        tensors.remove(FLAT + ".lora_up.weight");
        tensors.put("lora_unet_conv_in.lora_up.weight", new WeightFile.Tensor(new long[] {8, 2}, new float[16]));
        tensors.put("lora_unet_conv_in.dora_scale", new WeightFile.Tensor(new long[] {1, 4, 1, 1}, new float[4]));
        assertThatThrownBy(() -> new KohyaFormat().read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("conv_in.lora_B.weight is (8, 2), this U-Net needs (8, 2, 1, 1)\n")
                .hasMessageContaining(
                        "conv_in.lora_magnitude_vector.weight is (1, 4, 1, 1), this U-Net needs (1, 8, 1, 1)\n")
                .hasMessageContaining(LAYER + ".lora_B.weight is missing\n");

        tensors.put("lora_unet_conv_in.lora_mid.weight", new WeightFile.Tensor(new long[] {1}, new float[1]));
        tensors.put("lora_unet_input_blocks_1_1_proj_in.alpha", new WeightFile.Tensor(new long[0], new float[1]));
        assertThatThrownBy(() -> new KohyaFormat().read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    lora_unet_conv_in.lora_mid.weight belongs to nothing in this U-Net
                    lora_unet_input_blocks_1_1_proj_in.alpha belongs to nothing in this U-Net\
                    """);
    }

    @Test
    void otherMethodsFilesAreNotTheirs() {
        for (String name : List.of("lora_unet_conv_in.hada_w1_a", "conv_in.ia3_l", "lora_unet_conv_in.alpha", "x")) {
            var file = new WeightFile(Map.of(name, new WeightFile.Tensor(new long[] {1}, new float[1])), Map.of(), "");
            assertThat(new LoraProvider().formats().stream().filter(format -> format.matches(file)))
                    .as(name)
                    .isEmpty();
        }
    }
}
