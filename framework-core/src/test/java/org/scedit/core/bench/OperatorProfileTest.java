package org.scedit.core.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.scedit.core.bench.OperatorProfile.Pass.BACKWARD;
import static org.scedit.core.bench.OperatorProfile.Pass.FORWARD;
import static org.scedit.core.bench.OperatorProfile.Pass.OPTIMIZER;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.bench.OperatorProfile.Event;
import org.scedit.core.bench.OperatorProfile.Row;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Profiler;
import org.scedit.core.engine.Torch;

class OperatorProfileTest {
    /** Times in microseconds: start and length. */
    private final OperatorProfile profile = OperatorProfile.of(List.of(
            new Event("aten::conv2d", 1, 0, 5000),
            new Event("aten::mkldnn_convolution", 1, 1000, 3000),
            new Event("aten::copy_", 1, 1500, 500),
            new Event("aten::copy_", 1, 5000, 250),
            new Event("autograd::engine::evaluate_function: ConvolutionBackward0", 1, 6000, 4000),
            new Event("aten::convolution_backward", 1, 6500, 3000),
            new Event("aten::mul_", 1, 11000, 1000)));

    @Test
    void anOperatorsOwnTimeIsItsTimeLessThatOfWhatItCalled() {
        assertThat(profile.rows())
                .contains(
                        new Row("aten::conv2d", FORWARD, 1, 2.0),
                        new Row("aten::mkldnn_convolution", FORWARD, 1, 2.5),
                        new Row("aten::copy_", FORWARD, 2, 0.75));
    }

    @Test
    void rowsAreInTheOrderOfTheirTime() {
        assertThat(profile.rows().get(0)).isEqualTo(new Row("aten::convolution_backward", BACKWARD, 1, 3.0));
    }

    @Test
    void whatRunsInTheBackwardEngineIsBackwardAndWhatComesAfterItTheOptimizer() {
        assertThat(profile.millis(OperatorGroup.CONVOLUTION, FORWARD)).isEqualTo(5);
        assertThat(profile.millis(OperatorGroup.CONVOLUTION, BACKWARD)).isEqualTo(4);
        assertThat(profile.millis(OperatorGroup.ELEMENTWISE, OPTIMIZER)).isEqualTo(1);
    }

    @Test
    void aCopyWithinAConvolutionIsPartOfIt() {
        assertThat(profile.millis(OperatorGroup.COPIES, FORWARD)).isEqualTo(0.25);
        assertThat(profile.total()).isCloseTo(10.25, within(1e-9));
    }

    @Test
    void operatorsAreToldApartByTheirNames() {
        assertThat(OperatorGroup.of("aten::_scaled_dot_product_flash_attention_for_cpu_backward"))
                .isEqualTo(OperatorGroup.ATTENTION);
        assertThat(OperatorGroup.of("autograd::engine::evaluate_function: NativeGroupNormBackward0"))
                .isEqualTo(OperatorGroup.NORMALISATION);
        assertThat(OperatorGroup.of("aten::addmm")).isEqualTo(OperatorGroup.LINEAR);
        assertThat(OperatorGroup.of("aten::linalg_vector_norm")).isEqualTo(OperatorGroup.ELEMENTWISE);
        assertThat(OperatorGroup.of("aten::view")).isEqualTo(OperatorGroup.OTHER);
    }

    @Test
    void libtorchsOwnTraceIsRead(@TempDir Path folder) {
        Path trace = folder.resolve("trace.json");
        try (NDManager manager = Torch.newManager()) {
            NDArray x = Torch.normal(manager, 1, new Shape(4, 8));
            NDArray weight = Torch.normal(manager, 2, new Shape(16, 8));
            weight.setRequiresGradient(true);
            var ops = new Ops();
            try (Profiler profiler = Profiler.start(trace);
                    Autograd autograd = Autograd.record()) {
                NDArray y = ops.gelu(ops.linear(x, weight, null));
                autograd.backward(ops.meanSquare(y, y.zerosLike()));
            }
        }

        OperatorProfile read = OperatorProfile.read(trace);

        assertThat(read.millis(OperatorGroup.LINEAR, FORWARD)).isPositive();
        assertThat(read.millis(OperatorGroup.LINEAR, BACKWARD)).isPositive();
        assertThat(read.table()).contains("aten::gelu ", "aten::gelu_backward ", "linear", "forward", "backward");
    }
}
