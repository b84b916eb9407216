package org.scedit.api.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerTargets;
import org.scedit.api.Layers;
import org.scedit.api.PerLayer;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

class PeftSettingsTest {
    private static final UNetLayout UNET = Layers.unet();

    private static PeftSettings settings(String json) {
        return PeftSettings.of(json, "");
    }

    @Test
    void onlyKeysWithThePrefixCount() {
        PeftSettings settings = PeftSettings.of("{\"unet.r\": 4, \"text_encoder.r\": 8, \"use_dora\": true}", "unet.");
        assertThat(settings.number("r")).hasValue(4.0);
        assertThat(settings.isOn("use_dora")).isFalse();
    }

    @Test
    void anEmptyTextStatesNothing() {
        assertThat(settings(" \n").ranks()).isEmpty();
        assertThat(settings("").alphas("lora_alpha")).isEmpty();
    }

    @Test
    void whatIsNoJsonIsRefused() {
        assertThatThrownBy(() -> settings("r: 4"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its configuration is no JSON object: expected '{' at character 0");
    }

    @Test
    void aSettingThatIsNotSupportedIsRefused() {
        PeftSettings settings = settings("{\"peft_type\": \"LOHA\", \"use_khatri_rao\": true, \"bias\": null}");
        settings.require("peft_type", "LOHA");
        settings.require("bias", "none");
        settings.require("missing", true);
        assertThatThrownBy(() -> settings.require("use_khatri_rao", false, "auto"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("its configuration has use_khatri_rao true; it is read only with false or \"auto\"");
    }

    @Test
    void ranksAndAlphasAreReadWithTheirPatterns() {
        PeftSettings settings = settings("""
            {"r": 4, "rank_pattern": {"to_q": 8, "^conv_in$": 2, "a|b": 3},
             "lora_alpha": 6, "alpha_pattern": {"mid_block\\\\.attn1\\\\..*": 1.5}, "use_rslora": true}\
            """);
        assertThat(settings.ranks()).hasValue(new PerLayer<>(4, Map.of("to_q", 8, "conv_in", 2)));
        assertThat(settings.alphas("lora_alpha"))
                .hasValue(new Alphas(new PerLayer<>(6.0, Map.of("mid_block.attn1.*", 1.5)), true));
    }

    @Test
    void anAlphaForWhatIsNotUnderstoodIsRefused() {
        assertThatThrownBy(() -> settings("{\"alpha\": 1, \"alpha_pattern\": {\"to_(q|k)\": 2}}")
                        .alphas("alpha"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "its configuration has alpha_pattern 'to_(q|k)', a regular expression that is not understood;"
                                + " write the layers' names out, one by one");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "to_q, attn2.to_k",
                "mid_block.*.to_q, conv_in",
                "*.attn2.*, down_blocks.0.attn1.to_out.0",
            })
    void patternsAreWrittenForPeftAndReadBack(String patterns) {
        List<String> targets = List.of(patterns.split(", "));
        List<LayerPoint> layers = LayerTargets.select("targets", targets, UNET);
        String json = Json.write(Map.of("target_modules", PeftSettings.modules(targets)));

        assertThat(settings(json).patterns("target_modules", layers, UNET.layers()))
                .isEqualTo(targets);
    }

    @Test
    void aStarIsWrittenAsARegularExpression() {
        assertThat(PeftSettings.modules(List.of("to_q", "to_out.0"))).isEqualTo(List.of("to_q", "to_out.0"));
        assertThat(PeftSettings.modules(List.of("mid_block.*.to_q", "conv_in")))
                .isEqualTo("(.*\\.)?(mid_block\\..*\\.to_q|conv_in)");
        Map<String, Integer> ranks = new LinkedHashMap<>();
        ranks.put("to_out.0", 4);
        ranks.put("mid_block.*", 8);
        assertThat(PeftSettings.byModule(ranks))
                .containsExactly(Map.entry("to_out.0", 4), Map.entry("mid_block\\..*", 8));
    }

    @Test
    void targetsThatSayAnythingElseFollowFromTheWeights() {
        List<LayerPoint> layers = LayerTargets.select("targets", List.of("attn1.to_q"), UNET);
        for (String modules : List.of("[\"to_q\"]", "\".*attn1.to_(q)\"", "\"all-linear\"", "null", "7")) {
            assertThat(settings("{\"target_modules\": " + modules + "}")
                            .patterns("target_modules", layers, UNET.layers()))
                    .as(modules)
                    .containsExactly("attn1.to_q");
        }
    }

    @Test
    void alphasBesideTheWeightsCountMoreThanStatedOnes() {
        Map<LayerPoint, Integer> ranks = new LinkedHashMap<>();
        UNET.layers().forEach(layer -> ranks.put(layer, 4));
        var stated = new Alphas(new PerLayer<>(6.0, Map.of()), true);
        LayerPoint first = UNET.layers().get(0);

        // 6 · √4 / 4 is the same as 12 / 4
        assertThat(Alphas.of(ranks, tensors(ranks, 12), Optional.of(stated))).isEqualTo(stated);
        assertThat(Alphas.of(ranks, Map.of(), Optional.of(stated))).isEqualTo(stated);
        assertThat(Alphas.of(ranks, tensors(ranks, 0.1f), Optional.of(stated)))
                .isEqualTo(new Alphas(new PerLayer<>(0.1, Map.of()), false));
        assertThat(Alphas.of(ranks, tensors(ranks, 4), Optional.of(stated)))
                .isEqualTo(new Alphas(new PerLayer<>(4.0, Map.of()), false));
        assertThat(Alphas.of(ranks, Map.of(first, Alphas.tensor(2)), Optional.empty()))
                .isEqualTo(new Alphas(new PerLayer<>(4.0, Map.of("conv_in", 2.0)), false));
        assertThat(Alphas.of(ranks, Map.of(), Optional.empty()))
                .isEqualTo(new Alphas(new PerLayer<>(0.0, Map.of()), false));
    }

    @Test
    void alphasThatAreTheRanksAreAZero() {
        Map<LayerPoint, Integer> ranks = new PerLayer<>(4, Map.of("conv_in", 2)).of(UNET.layers());
        var stated = new Alphas(new PerLayer<>(4.0, Map.of("conv_in", 2.0)), false);
        assertThat(Alphas.of(ranks, Map.of(), Optional.of(stated)))
                .isEqualTo(new Alphas(new PerLayer<>(0.0, Map.of()), false));
    }

    private static Map<LayerPoint, WeightFile.Tensor> tensors(Map<LayerPoint, Integer> ranks, float alpha) {
        Map<LayerPoint, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        ranks.keySet().forEach(layer -> tensors.put(layer, Alphas.tensor(alpha)));
        return tensors;
    }
}
