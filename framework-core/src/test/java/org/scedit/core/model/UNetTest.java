package org.scedit.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.scedit.api.AddedConditions;
import org.scedit.api.FeaturePoint;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;
import org.scedit.core.UserException;
import org.scedit.core.data.Framing;
import org.scedit.core.engine.Torch;

class UNetTest {
    @Test
    void theLayoutNamesSkipsInDecoderOrderAndFeaturesInForwardOrder() {
        try (var small = new SmallUNet()) {
            assertThat(small.unet.layout().skips())
                    .containsExactly(
                            new SkipPoint(0, 3, 8, 2, "up_blocks.0.resnets.0"),
                            new SkipPoint(1, 2, 4, 2, "up_blocks.0.resnets.1"),
                            new SkipPoint(2, 1, 4, 1, "up_blocks.1.resnets.0"),
                            new SkipPoint(3, 0, 4, 1, "up_blocks.1.resnets.1"));
            assertThat(small.unet.layout().features())
                    .containsExactly(
                            new FeaturePoint("down_blocks.0", 4, 1),
                            new FeaturePoint("down_blocks.1", 8, 2),
                            new FeaturePoint("mid_block", 8, 2));
        }
    }

    @Test
    void aConfigurationWithUnequalBlocksIsRefused() {
        JsonObject config = SmallUNet.config();
        config.getAsJsonArray("down_block_types").remove(1);
        assertThatThrownBy(() -> new UNet(ConfigFile.of(Path.of("config.json"), config)))
                .isInstanceOf(UserException.class)
                .hasMessage("config.json: block_out_channels has 2 entries, down_block_types 1 and up_block_types 2; "
                        + "expected as many of each");
    }

    @Test
    void aFeatureIsWhatLeavesTheBlockBeforeItsDownsamplerAndWhatItsSkipHolds() {
        try (var small = new SmallUNet()) {
            var seen = new Recorder("none");
            small.forward(seen);
            assertThat(seen.features.keySet()).containsExactly("down_blocks.0", "down_blocks.1", "mid_block");
            assertThat(seen.features.get("down_blocks.0")).isEqualTo(seen.skips.get(1));
            assertThat(seen.features.get("down_blocks.0"))
                    .isEqualTo(seen.inputs.get("down_blocks.0.downsamplers.0.conv"));
            assertThat(seen.features.get("down_blocks.1")).isEqualTo(seen.skips.get(3));
        }
    }

    @Test
    void anEditedFeatureIsSeenByItsSkipAndByEverythingAfterIt() {
        try (var small = new SmallUNet()) {
            var base = new Recorder("none");
            small.forward(base);
            var edited = new Recorder("down_blocks.0");
            small.forward(edited);
            float[] twice = base.features.get("down_blocks.0").clone();
            for (int i = 0; i < twice.length; i++) {
                twice[i] *= 2;
            }
            assertThat(edited.skips.get(0)).isEqualTo(base.skips.get(0));
            assertThat(edited.skips.get(1)).isEqualTo(twice);
            assertThat(edited.inputs.get("down_blocks.0.downsamplers.0.conv")).isEqualTo(twice);
            assertThat(edited.skips.get(2)).isNotEqualTo(base.skips.get(2));
        }
    }

    @Test
    void anEditedMidBlockChangesNoSkip() {
        try (var small = new SmallUNet()) {
            var base = new Recorder("none");
            float[] prediction = Torch.floats(small.forward(base));
            var edited = new Recorder("mid_block");
            assertThat(Torch.floats(small.forward(edited))).isNotEqualTo(prediction);
            for (int i = 0; i < 4; i++) {
                assertThat(edited.skips.get(i)).isEqualTo(base.skips.get(i));
            }
        }
    }

    @Test
    void everyLayerShowsItsWeightAndAppliesItselfWithoutItsBias() {
        try (var small = new SmallUNet()) {
            List<LayerPoint> called = new ArrayList<>();
            small.forward(new Hooks() {
                @Override
                public NDArray layer(
                        LayerPoint point,
                        NDArray input,
                        NDArray output,
                        NDArray weight,
                        UnaryOperator<NDArray> linear) {
                    called.add(point);
                    assertThat(weight)
                            .isSameAs(small.unet
                                    .parameters()
                                    .get(point.path() + ".weight")
                                    .value());
                    // W (x + x) = 2 W x, and W x + b = output, so W (x + x) = 2 (output - b)
                    float[] doubled = Torch.floats(linear.apply(input.add(input)));
                    float[] outputs = Torch.floats(output);
                    Parameter bias = small.unet.parameters().get(point.path() + ".bias");
                    float[] biases = bias == null ? new float[point.outChannels()] : Torch.floats(bias.value());
                    for (int i = 0; i < outputs.length; i++) {
                        float b = biases[channel(point, output, i)];
                        assertThat(doubled[i]).isCloseTo(2 * (outputs[i] - b), within(1e-4f));
                    }
                    return output;
                }
            });
            assertThat(called).hasSameElementsAs(small.unet.layout().layers());
        }
    }

    @Test
    void pooledTextAndSizesAreToldToTheUNetAndToACopyOfItsEncoder() {
        try (var small = new SmallUNet(xl())) {
            NDArray pooled = Torch.normal(small.manager, 5, new Shape(2, 3));
            var wide = new TextCondition(small.text, Optional.of(new AddedConditions(pooled, sizes(512, 0))));
            var cut = new TextCondition(small.text, Optional.of(new AddedConditions(pooled, sizes(512, 64))));
            float[] first = Torch.floats(small.forward(wide));
            assertThat(Torch.floats(small.forward(wide))).isEqualTo(first);
            assertThat(Torch.floats(small.forward(cut))).isNotEqualTo(first);

            List<String> copied = new ArrayList<>();
            new UNetEncoderCopy(small.unet, (name, shape) -> {
                copied.add(name);
                return small.unet.parameters().get(name).value();
            });
            assertThat(copied).contains("add_embedding.linear_1.weight", "add_embedding.linear_2.bias");
        }
    }

    @Test
    void aUNetThatTakesAdditionsRefusesToGoWithoutThem() {
        try (var small = new SmallUNet(xl())) {
            assertThatThrownBy(() -> small.forward(TextCondition.of(small.text)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("this U-Net takes pooled text and picture sizes besides the text states, and none were "
                            + "given");
            NDArray pooled = Torch.normal(small.manager, 5, new Shape(2, 3));
            assertThatThrownBy(() -> small.forward(
                            new TextCondition(small.text, Optional.of(new AddedConditions(pooled, new float[6])))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the pooled text has shape (2, 3) and there are 6 sizes, expected (2, 3) and 12");
        }
    }

    /** With an addition of four sinusoids a size and pooled text of width 3. */
    private static JsonObject xl() {
        JsonObject config = SmallUNet.config();
        config.addProperty("addition_embed_type", "text_time");
        config.addProperty("addition_time_embed_dim", 4);
        config.addProperty("projection_class_embeddings_input_dim", 27);
        return config;
    }

    private static float[] sizes(int side, int crop) {
        return Framing.sizes(Collections.nCopies(2, new Framing(side, side, crop, crop, side, side)));
    }

    @Test
    void onlyThePredictionStaysOpen() {
        try (var small = new SmallUNet()) {
            int before = small.manager.getManagedArrays().size();
            NDArray prediction = small.forward(Hooks.NONE);
            assertThat(small.manager.getManagedArrays()).hasSize(before + 1);
            prediction.close();
        }
    }

    /** The channel of an output's i-th number. */
    private static int channel(LayerPoint point, NDArray output, int i) {
        if (point.kind() == LayerPoint.Kind.LINEAR) {
            return i % point.outChannels();
        }
        int pixels = (int) (output.getShape().get(2) * output.getShape().get(3));
        return i / pixels % point.outChannels();
    }

    /** Copies what passes the hook points and doubles one feature. */
    private static final class Recorder implements Hooks {
        final Map<Integer, float[]> skips = new LinkedHashMap<>();
        final Map<String, float[]> features = new LinkedHashMap<>();
        final Map<String, float[]> inputs = new LinkedHashMap<>();
        private final String doubled;

        Recorder(String doubled) {
            this.doubled = doubled;
        }

        @Override
        public NDArray skip(SkipPoint point, NDArray skip) {
            skips.put(point.encoderIndex(), Torch.floats(skip));
            return skip;
        }

        @Override
        public NDArray feature(FeaturePoint point, NDArray feature) {
            features.put(point.name(), Torch.floats(feature));
            return point.name().equals(doubled) ? feature.add(feature) : feature;
        }

        @Override
        public NDArray layer(
                LayerPoint point, NDArray input, NDArray output, NDArray weight, UnaryOperator<NDArray> linear) {
            inputs.put(point.path(), Torch.floats(input));
            return output;
        }
    }
}
