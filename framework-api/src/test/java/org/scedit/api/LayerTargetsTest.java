package org.scedit.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.djl.ndarray.types.Shape;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerTargetsTest {
    private static final UNetLayout UNET = Layers.unet();

    @ParameterizedTest
    @CsvSource({
        "to_q,                    mid_block.attn1.to_q, true",
        "attn1.to_q,              mid_block.attn1.to_q, true",
        "mid_block.attn1.to_q,    mid_block.attn1.to_q, true",
        "q,                       mid_block.attn1.to_q, false",
        "attn1,                   mid_block.attn1.to_q, false",
        "to_q.,                   mid_block.attn1.to_q, false",
        "mid_block.*.to_q,        mid_block.attn1.to_q, true",
        "mid_block*to_q,          mid_block.attn1.to_q, true",
        "*.attn1.*,               mid_block.attn1.to_q, true",
        "attn1.*,                 mid_block.attn1.to_q, true",
        "attn*.to_*,              mid_block.attn1.to_q, true",
        "to_q*,                   mid_block.attn1.to_q, true",
        "*to_q,                   mid_block.attn1.to_q, true",
        "t*_*_q,                  mid_block.attn1.to_q, false",
        "*.attn2.*,               mid_block.attn1.to_q, false",
        "*,                       mid_block.attn1.to_q, true",
        "conv_in,                 conv_in,              true",
        "conv,                    conv_in,              false",
        "'',                      conv_in,              false",
    })
    void aPatternMatchesAPathOrItsEndAfterADot(String pattern, String path, boolean matches) {
        assertThat(LayerTargets.matches(pattern, path)).isEqualTo(matches);
    }

    @Test
    void manyStarsTakeNoTime() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertThat(LayerTargets.matches("*a".repeat(200) + "b", "a".repeat(5000)))
                        .isFalse());
    }

    @Test
    void layersAreChosenInForwardOrder() {
        assertThat(Layers.paths(
                        LayerTargets.select("targets", List.of("mid_block.*.to_q", "conv_*", "to_out.0"), UNET)))
                .containsExactly(
                        "conv_in",
                        "down_blocks.0.attn1.to_out.0",
                        "down_blocks.0.attn2.to_out.0",
                        "mid_block.attn1.to_q",
                        "mid_block.attn1.to_out.0",
                        "mid_block.attn2.to_q",
                        "mid_block.attn2.to_out.0",
                        "conv_out");
    }

    @Test
    void layersThatAMethodDoesNotTakeAreLeftOut() {
        assertThat(LayerTargets.select("targets", List.of("*"), UNET, EnumSet.of(LayerPoint.Kind.CONV2D)))
                .extracting(LayerPoint::path)
                .containsExactly("conv_in", "conv_out");
    }

    @Test
    void patternsThatMatchNothingAreAllRefused() {
        assertThatThrownBy(() -> LayerTargets.select("targets", List.of("to_w", "to_q", "attn3.to_k", "con_inn"), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("""
                    targets names 'to_w', which matches no layer of this U-Net; the nearest are to_q, to_k, conv_in
                    targets names 'attn3.to_k', which matches no layer of this U-Net; the nearest are attn1.to_k,\
                     attn2.to_k, attn1.to_q
                    targets names 'con_inn', which matches no layer of this U-Net; the nearest are conv_in,\
                     conv_out, to_q\
                    """);
    }

    @Test
    void aNormalisationIsNoLayerToTune() {
        Map<String, Shape> parameters = new LinkedHashMap<>(UNET.parameters());
        parameters.put("mid_block.resnets.0.norm1.weight", new Shape(8));
        var normalised = new UNetLayout(List.of(), List.of(), UNET.layers(), parameters);
        assertThatThrownBy(() -> LayerTargets.select("targets", List.of("norm1"), normalised))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets names 'norm1', which matches neither a linear layer nor a convolution"
                        + " (mid_block.resnets.0.norm1); the nearest of these are to_q, to_k, conv_in");
    }

    @Test
    void aStarCostsNothingWhereTheNearestNameIsSought() {
        assertThatThrownBy(() -> LayerTargets.select("targets", List.of("mid_blok.*.to_q"), UNET))
                .hasMessage("targets names 'mid_blok.*.to_q', which matches no layer of this U-Net; the nearest are"
                        + " mid_block.attn1.to_q, mid_block.attn2.to_q, mid_block.attn1.to_k");
    }

    @Test
    void aPatternOfOtherKindsOnlyIsRefused() {
        assertThatThrownBy(() ->
                        LayerTargets.select("targets", List.of("conv_in"), UNET, EnumSet.of(LayerPoint.Kind.LINEAR)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets names 'conv_in', which matches only layers that this method cannot take (conv_in);"
                        + " the nearest of the others are to_q, to_k, to_out.0");
    }

    @Test
    void noPatternIsRefused() {
        assertThatThrownBy(() -> LayerTargets.select("targets", List.of(), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets is empty; name at least one layer, such as to_q");
    }

    @Test
    void theFirstPatternThatMatchesGivesTheValue() {
        Map<String, Integer> patterns = new LinkedHashMap<>();
        patterns.put("mid_block.attn1.to_q", 1);
        patterns.put("mid_block.*", 2);
        List<LayerPoint> layers = LayerTargets.select("targets", List.of("to_q"), UNET);

        assertThat(LayerTargets.values("rank_pattern", patterns, 8, layers).values())
                .containsExactly(8, 8, 1, 2);
    }

    @Test
    void aValueOfNoChosenLayerIsRefused() {
        List<LayerPoint> layers = LayerTargets.select("targets", List.of("to_q"), UNET);
        assertThatThrownBy(() -> LayerTargets.values("rank_pattern", Map.of("attn1.to_k", 2), 8, layers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank_pattern names 'attn1.to_k', which matches none of the chosen layers; the nearest are"
                        + " attn1.to_q, attn2.to_q");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "to_q, to_out.0 | to_q, to_out.0",
                "attn1.to_q | attn1.to_q",
                "mid_block.*.to_q | mid_block.*.to_q",
                "mid_block.* | mid_block.*.to_q, mid_block.*.to_k, mid_block.*.to_out.0",
                "mid_block.attn2.to_k, conv_in | conv_in, mid_block.attn2.to_k",
                "conv_* | conv_in, conv_out",
            })
    void chosenLayersAreDescribedInFewPatterns(String chosen, String patterns) {
        List<LayerPoint> layers = LayerTargets.select("targets", List.of(chosen.split(", ")), UNET);
        List<String> described = LayerTargets.patterns(layers, UNET.layers());

        assertThat(described).containsExactly(patterns.split(", "));
        assertThat(LayerTargets.select("targets", described, UNET)).isEqualTo(layers);
    }
}
