package org.scedit.plugins.loha;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.RoundTrip;
import org.scedit.testkit.TinyUNet;

class FormatsTest {
    private static final UNetLayout UNET = new UNet(ConfigFile.of(Path.of("TinyUNet"), TinyUNet.config())).layout();
    private static final LohaConfig TUCKER =
            new LohaConfig(2, 3, List.of("conv_in", "mid_block.*.conv1"), Map.of(), Map.of(), true);

    static Stream<LohaConfig> settings() {
        List<String> targets = List.of("to_q", "conv_in", "mid_block.*.conv1");
        return Stream.of(
                TUCKER,
                new LohaConfig(2, 2, targets, Map.of(), Map.of(), false),
                new LohaConfig(2, 0, targets, Map.of("conv1", 3), Map.of(), true),
                new LohaConfig(3, 0.1, targets, Map.of("*.attn1.*", 1), Map.of("conv_in", 7.0), false),
                new LohaConfig(5, 5, List.of("conv_out"), Map.of("conv_out", 5), Map.of(), true));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatIsWrittenIsReadBack(LohaConfig config) {
        RoundTrip.check(new LohaProvider(), config, UNET);
    }

    @Test
    void lycorisHasAnAlphaBesideTheWeights() {
        WeightFile written = new LycorisFormat().write(RoundTrip.content(new LohaProvider(), TUCKER, UNET), UNET);
        assertThat(written.tensors())
                .hasSize(3 * 7)
                .containsKeys(
                        "lora_unet_conv_in.hada_t1",
                        "lora_unet_conv_in.hada_w1_a",
                        "lora_unet_conv_in.hada_w2_b",
                        "lora_unet_mid_block_resnets_0_conv1.alpha");
        assertThat(written.tensors().get("lora_unet_conv_in.alpha").values()).containsExactly(3);
    }

    @Test
    void withoutSettingsTheWeightsTellThem() {
        Content<LohaConfig> content = RoundTrip.content(new LohaProvider(), TUCKER, UNET);
        WeightFile lycoris =
                new WeightFile(new LycorisFormat().write(content, UNET).tensors(), Map.of(), "");
        assertThat(new LycorisFormat().read(lycoris, UNET))
                .usingRecursiveComparison()
                .isEqualTo(content);

        WeightFile peft = new WeightFile(new PeftFormat().write(content, UNET).tensors(), Map.of(), "");
        assertThat(new PeftFormat().read(peft, UNET).config())
                .isEqualTo(new LohaConfig(2, 2, TUCKER.targets(), Map.of(), Map.of(), true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"LOKR\" | it is read only with \"LOHA\"",
                "use_khatri_rao | true | it is read only with false or \"auto\"",
                "init_weights | \"abba\" | it is read only with true or false",
            })
    void variantsOfPeftThatComputeSomethingElseAreRefused(String key, String value, String message) {
        WeightFile written = new PeftFormat().write(RoundTrip.content(new LohaProvider(), TUCKER, UNET), UNET);
        var config = "{\"" + key + "\": " + value + "}";
        assertThatThrownBy(() -> new PeftFormat().read(new WeightFile(written.tensors(), Map.of(), config), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its configuration has " + key + " " + value + "; " + message);
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        WeightFile written = new PeftFormat().write(RoundTrip.content(new LohaProvider(), TUCKER, UNET), UNET);
        var tensors = new LinkedHashMap<>(written.tensors());
        tensors.remove("base_model.model.conv_in.hada_t2");
        tensors.put("base_model.model.conv_in.hada_w2_b", new WeightFile.Tensor(new long[] {2, 5}, new float[10]));
        assertThatThrownBy(() -> new PeftFormat().read(new WeightFile(tensors, Map.of(), written.config()), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("conv_in.hada_t2 is missing")
                .hasMessageContaining("conv_in.hada_w2_b is (2, 5), this U-Net needs (2, 4)");
    }
}
