package org.scedit.plugins.ia3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.UNet;
import org.scedit.testkit.RoundTrip;
import org.scedit.testkit.TinyUNet;

class PeftFormatTest {
    private static final UNetLayout UNET = new UNet(ConfigFile.of(Path.of("TinyUNet"), TinyUNet.config())).layout();
    private static final Ia3Config CONFIG = new Ia3Config(List.of("to_k", "to_v", "ff.net.2"), List.of("ff.net.2"));

    private static WeightFile written(Ia3Config config) {
        return new PeftFormat().write(RoundTrip.content(new Ia3Provider(), config, UNET), UNET);
    }

    static Stream<Ia3Config> settings() {
        return Stream.of(
                CONFIG,
                new Ia3Config(List.of("to_k"), List.of()),
                new Ia3Config(List.of("mid_block.*.conv1", "to_k"), List.of("*.conv1")),
                new Ia3Config(List.of("conv_in", "conv_out", "to_q"), List.of("conv_out", "to_q")));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatIsWrittenIsReadBack(Ia3Config config) {
        RoundTrip.check(new Ia3Provider(), config, UNET);
    }

    @Test
    void theShapesTellWhatIsScaled() {
        WeightFile bare = new WeightFile(written(CONFIG).tensors(), Map.of(), "");
        assertThat(new PeftFormat().read(bare, UNET).config())
                .isEqualTo(new Ia3Config(List.of("to_k", "to_v", "net.2"), List.of("net.2")));
        assertThat(bare.tensors()
                        .get("base_model.model.mid_block.attentions.0.transformer_blocks.0.ff.net.2.ia3_l")
                        .shape())
                .containsExactly(1, 64);
        assertThat(bare.tensors()
                        .get("base_model.model.mid_block.attentions.0.transformer_blocks.0.attn1.to_k.ia3_l")
                        .shape())
                .containsExactly(16, 1);
    }

    @Test
    void whatDoesNotFitIsToldAtOnce() {
        var tensors = new LinkedHashMap<>(
                written(new Ia3Config(List.of("conv_in"), List.of())).tensors());
        tensors.put("base_model.model.conv_out.ia3_l", new WeightFile.Tensor(new long[] {5, 1}, new float[5]));
        assertThatThrownBy(() -> new PeftFormat().read(new WeightFile(tensors, Map.of(), ""), UNET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("conv_out.ia3_l is (5, 1), this U-Net needs (1, 4, 1, 1)");
    }
}
