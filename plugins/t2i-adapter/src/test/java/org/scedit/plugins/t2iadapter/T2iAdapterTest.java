package org.scedit.plugins.t2iadapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.api.FeaturePoint;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.plugins.t2iadapter.T2iAdapterConfig.Type;
import org.scedit.testkit.TunerContract;

class T2iAdapterTest extends TunerContract<T2iAdapterConfig> {
    @Override
    protected TunerProvider<T2iAdapterConfig> provider() {
        return new T2iAdapterProvider();
    }

    @Override
    protected T2iAdapterConfig settings() {
        return new T2iAdapterConfig("canny", Type.FULL, 3, 8, 1, 0);
    }

    /** 192 → 8 channels, then blocks of 8, 16, 16 and 16 channels; one of them is entered from fewer. */
    @Override
    protected long parameterCount() {
        long count = 192 * 8 * 9 + 8 + 8 * 16 + 16;
        for (int c : new int[] {8, 16, 16, 16}) {
            count += c * c * 9 + c + c * c + c;
        }
        return count;
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of(
                "condition: ''",
                """
                recipe.yaml:4:5   tuners[0].condition must name a condition map, such as canny
                1 problem, nothing was started""",
                "type: full_adapter",
                """
                recipe.yaml:4:5   tuners[0].type must be one of full, light, got 'full_adapter'; did you mean 'full'?
                1 problem, nothing was started""",
                "map_channels: 2",
                """
                recipe.yaml:4:5   tuners[0].map_channels must be 1 or 3, got 2
                1 problem, nothing was started""",
                "downscale_factor: 0\nnum_res_blocks: 0\nfeatures: -1",
                """
                recipe.yaml:4:5   tuners[0].downscale_factor must be from 1 to 64, got 0
                recipe.yaml:5:5   tuners[0].num_res_blocks must be from 1 to 16, got 0
                recipe.yaml:6:5   tuners[0].features must be at least 0, got -1
                3 problems, nothing was started""");
    }

    @Test
    void aFeatureIsTheEquation() {
        // the map is 0.5 in the red corner pixel of a square, so that conv_in makes 2 · 0.5 + 0.25 = 1.25 of it;
        // the ResNet adds 3 · relu(1.25 · 4 - 1) = 12 to it, and nothing to what is elsewhere, 0.25: relu(1 - 1) = 0
        TunerInstance tuner = tuner("by hand", new T2iAdapterConfig("canny", Type.FULL, 3, 8, 1, 1), 1);
        tuner.arrays().values().forEach(array -> set(array, 0, 0));
        set(tuner.arrays().get("adapter.conv_in.weight"), 4, 2); // the middle of a 3×3 kernel
        set(tuner.arrays().get("adapter.conv_in.bias"), 0, 0.25f);
        set(tuner.arrays().get("adapter.body.0.resnets.0.block1.weight"), 4, 4);
        set(tuner.arrays().get("adapter.body.0.resnets.0.block1.bias"), 0, -1);
        set(tuner.arrays().get("adapter.body.0.resnets.0.block2.weight"), 0, 3);
        float[] map = new float[3 * 16 * 16];
        map[8] = 0.5f; // first row, second square
        NDArray feature = Torch.of(base().manager(), new float[8 * 4], new Shape(1, 8, 2, 2));

        tuner.tuner().encode(name -> Torch.of(base().manager(), map, new Shape(1, 3, 16, 16)));
        var residual = tuner.tuner().features().get(base().layout().features().get(0));

        float[] made = Torch.floats(residual.residual(feature, null));
        assertThat(made).hasSize(32);
        assertThat(made[0]).isCloseTo(0.25f, within(1e-6f));
        assertThat(made[1]).isCloseTo(13.25f, within(1e-5f));
        assertThat(made[2]).isCloseTo(0.25f, within(1e-6f));
    }

    /** One number to {@code value}, all others to zero. */
    private static void set(NDArray array, int index, float value) {
        float[] values = new float[(int) array.getShape().size()];
        values[index] = value;
        Torch.overwrite(array, values);
    }

    @Test
    void aMapOfOneChannelIsTheMeanOfThree() {
        TunerInstance tuner = tuner("grey", new T2iAdapterConfig("canny", Type.FULL, 1, 8, 1, 1), 1);
        set(tuner.arrays().get("adapter.conv_in.weight"), 4, 1);
        float[] map = new float[3 * 64];
        map[0] = 0.25f;
        map[64] = 0.5f;
        map[128] = 0.75f;
        tuner.tuner().encode(name -> Torch.of(base().manager(), map, new Shape(1, 3, 8, 8)));
        NDArray feature = Torch.of(base().manager(), new float[8], new Shape(1, 8, 1, 1));
        var residual = tuner.tuner().features().get(base().layout().features().get(0));
        assertThat(Torch.floats(residual.residual(feature, null))[0]).isCloseTo(0.5f, within(1e-6f));
    }

    @Test
    void aMapOfAnotherSizeIsRefused() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        tuner.tuner().encode(name -> Torch.of(base().manager(), new float[3 * 32 * 32], new Shape(1, 3, 32, 32)));
        NDArray feature = Torch.normal(base().manager(), 1, new Shape(1, 8, 8, 8));
        var residual = tuner.tuner().features().get(base().layout().features().get(0));
        assertThatThrownBy(() -> residual.residual(feature, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the map of condition 'canny' makes a feature of shape (1, 8, 4, 4) at down_blocks.0, which"
                        + " has shape (1, 8, 8, 8); t2i-adapter needs one map a picture, downscale_factor times as high"
                        + " and wide as the latents");
    }

    @Test
    void aMapThatDoesNotDivideIntoSquaresIsRefused() {
        TunerInstance tuner = tuner("fresh", settings(), 1);
        assertThatThrownBy(() -> tuner.tuner()
                        .encode(name -> Torch.of(base().manager(), new float[3 * 12 * 8], new Shape(1, 3, 12, 8))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the map of condition 'canny' has shape (1, 3, 12, 8); its height and width must be multiples"
                                + " of downscale_factor 8");
    }

    @Test
    void oneMoreFeatureGoesToTheMidBlock() {
        TunerInstance tuner = tuner("five", new T2iAdapterConfig("canny", Type.LIGHT, 3, 8, 1, 5), 1);
        assertThat(tuner.tuner().features().keySet())
                .extracting(FeaturePoint::name)
                .containsExactly("down_blocks.0", "down_blocks.1", "down_blocks.2", "down_blocks.3", "mid_block");
    }

    @Test
    void moreFeaturesThanThereAreIsRefused() {
        assertThatThrownBy(() -> tuner("six", new T2iAdapterConfig("canny", Type.FULL, 3, 8, 1, 6), 1))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "tuner 'six': features is 6, but this U-Net has 4 encoder blocks and a mid block; use at most"
                                + " 5");
    }

    /** The paper's 77 M; the others by diffusers' code. */
    @ParameterizedTest
    @CsvSource({"FULL, 2, 77369280", "LIGHT, 4, 18689200", "LIGHT, 2, 10160880"})
    void parametersOnStableDiffusion15AreThePublishedOnes(Type type, int numResBlocks, long expected) {
        var unet = new UNetLayout(
                List.of(),
                List.of(
                        new FeaturePoint("down_blocks.0", 320, 1),
                        new FeaturePoint("down_blocks.1", 640, 2),
                        new FeaturePoint("down_blocks.2", 1280, 4),
                        new FeaturePoint("down_blocks.3", 1280, 8),
                        new FeaturePoint(FeaturePoint.MID_BLOCK, 1280, 8)),
                List.of(),
                Map.of());
        var config = new T2iAdapterConfig("canny", type, 3, 8, numResBlocks, 0);
        assertThat(AdapterLayers.of(config, unet).weights().values().stream()
                        .mapToLong(Shape::size)
                        .sum())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"FULL", "LIGHT"})
    void theListOfItsWeightsIsWhatItHas(Type type) {
        var config = new T2iAdapterConfig("canny", type, 1, 4, 2, 5);
        assertThat(AdapterLayers.of(config, base().layout()).weights())
                .isEqualTo(tuner("fresh", config, 1).shapes());
    }
}
