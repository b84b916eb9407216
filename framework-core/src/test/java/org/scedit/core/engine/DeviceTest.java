package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.scedit.core.UserException;

class DeviceTest {
    private static final Shape SHAPE = new Shape(3, 5);

    @AfterEach
    void backToTheProcessor() {
        Torch.use(DeviceChoice.CPU);
    }

    private static boolean cudaFound() {
        return Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA);
    }

    @Test
    void autoTakesWhatIsThere() {
        Torch.use(DeviceChoice.AUTO);
        assertThat(Torch.device()).isEqualTo(cudaFound() ? Device.gpu() : Device.cpu());
        Torch.use(DeviceChoice.CPU);
        assertThat(Torch.device()).isEqualTo(Device.cpu());
    }

    @Test
    void withoutCudaTheMessageSaysWhatItTakesAndNothingChanges() {
        assumeThat(cudaFound()).isFalse();
        assertThatThrownBy(() -> Torch.use(DeviceChoice.CUDA))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("device cuda: libtorch " + Torch.version() + " in /")
                .hasMessageContainingAll("PYTORCH_LIBRARY_PATH", "PYTORCH_FLAVOR to cu128", "nvidia-smi");
        assertThat(Torch.device()).isEqualTo(Device.cpu());
    }

    /** Compares two devices where there are two. */
    @Test
    void aSeedIsTheSameNumbersOnEveryDevice() {
        List<float[]> numbers = new ArrayList<>();
        for (DeviceChoice choice : List.of(DeviceChoice.CPU, DeviceChoice.AUTO)) {
            Torch.use(choice);
            try (NDManager manager = Torch.newManager()) {
                NDArray normal = Torch.normal(manager, 1, SHAPE);
                NDArray uniform = Torch.drawn(manager, host -> host.randomUniform(0, 1, SHAPE));
                assertThat(List.of(normal.getDevice(), uniform.getDevice())).containsOnly(Torch.device());
                numbers.add(Torch.floats(normal));
                numbers.add(Torch.floats(uniform));
            }
        }
        assertThat(numbers.get(2)).isEqualTo(numbers.get(0));
        assertThat(numbers.get(3)).isEqualTo(numbers.get(1)).doesNotContain(numbers.get(0));
    }

    @Test
    void valuesComeBackAsTheyWere() {
        float[] values = {1, -2.5f, 3e-30f};
        Torch.use(DeviceChoice.AUTO);
        try (NDManager manager = Torch.newManager()) {
            NDArray array = Torch.of(manager, values, new Shape(3));
            assertThat(Torch.floats(array)).isEqualTo(values);
            assertThat(Torch.floats(Ops.onHost(array))).isEqualTo(values);
            Torch.overwrite(array, new float[] {4, 5, 6});
            assertThat(Torch.floats(array)).containsExactly(4, 5, 6);
        }
        Torch.synchronise();
    }
}
