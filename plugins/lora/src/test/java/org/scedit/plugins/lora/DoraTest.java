package org.scedit.plugins.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.testkit.OneLayer;
import org.scedit.testkit.TinyUNet;

/**
 * DoRA. Not under the contract of tuners, because its gradients are not the slopes of the loss: the norm is a constant
 * to them. PEFT's are in the golden cases.
 */
class DoraTest {
    private static final LoraConfig SETTINGS = dora(2, 2, "to_v", "conv2", "proj_out");

    private final TinyUNet base = new TinyUNet(7);
    private final TunerInstance tuner = TunerInstance.create("dora", new LoraProvider(), SETTINGS, base.unet(), 1);

    private static LoraConfig dora(int rank, double alpha, String... targets) {
        return new LoraConfig(rank, alpha, 0, List.of(targets), Map.of(), Map.of(), false, true);
    }

    @AfterEach
    void close() {
        base.close();
        tuner.close();
    }

    private float[] predict(double scale) {
        base.tuned().attach(tuner, scale);
        return base.predict();
    }

    /** As if it had been trained. */
    private void change() {
        base.tuned().attach(tuner, 1);
        long draw = 0;
        for (NDArray array : tuner.arrays().values()) {
            try (Scope scope = new Scope()) {
                array.addi(new Ops().scale(Torch.normal(base.manager(), ++draw, array.getShape()), 0.1));
            }
        }
    }

    @Test
    void aFreshOneChangesNothing() {
        float[] untouched = base.predict();
        assertThat(predict(1)).isEqualTo(untouched);
    }

    @Test
    void mergedItPredictsTheSame() {
        float[] untouched = base.predict();
        change();
        float[] expected = predict(0.7);
        base.tuned().merge("dora");
        assertThat(base.predict()).containsExactly(expected, within(1e-4f)).isNotEqualTo(untouched);
    }

    @Test
    void anEvaluationLeavesOnlyItsResult() {
        predict(1);
        NDManager weights = tuner.arrays().values().iterator().next().getManager();
        int before = base.manager().getManagedArrays().size();
        int owned = weights.getManagedArrays().size();
        base.forward();
        assertThat(base.manager().getManagedArrays()).hasSize(before + 1);
        assertThat(weights.getManagedArrays()).hasSize(owned);
    }

    @Test
    void itTrainsALoraAndAMagnitudeForEachOutput() {
        long count = 0;
        for (LayerPoint layer : base.layout().layers()) {
            if (layer.path().matches(".*\\.(to_v|conv2|proj_out)")) {
                int pixels = layer.kernel() * layer.kernel();
                count += 2L * (layer.inChannels() * pixels + layer.outChannels()) + layer.outChannels();
            }
        }
        assertThat(tuner.parameterCount()).isEqualTo(count);
    }

    @Test
    void residualIsTheEquation() {
        // W = (3 4; 0 1), ΔW = 2 · (0, 1)ᵀ · (1, 2) = (0 0; 2 4): W + ΔW = (3 4; 2 5), of norms 5 and √29
        // m / norm = (2, 1); x = (1, 1): (W + ΔW) x = (7, 7), W x = (7, 1): residual = (14, 7) - (7, 1)
        OneLayer layer = OneLayer.of(base.manager(), new float[] {1, 1}, new float[] {3, 4, 0, 1}, 9, 9);
        LayerResidual residual = layer.residual(
                new LoraProvider(),
                dora(1, 2, "layer"),
                Map.of(
                        "lora_A.weight", new float[] {1, 2},
                        "lora_B.weight", new float[] {0, 1},
                        "lora_magnitude_vector.weight", new float[] {10, (float) Math.sqrt(29)}));

        assertThat(layer.of(residual)).containsExactly(new float[] {7, 6}, within(1e-5f));
        assertThat(layer.ofWeight(residual)).containsExactly(new float[] {7, 6}, within(1e-5f));
    }

    @Test
    void magnitudesStartAsTheNormsOfTheWeights() {
        base.tuned().attach(tuner, 1);
        String layer = "mid_block.resnets.0.conv2";
        float[] weight =
                Torch.floats(base.unet().parameters().get(layer + ".weight").value());
        NDArray magnitude = tuner.arrays().get(layer + ".lora_magnitude_vector.weight");

        double squares = 0;
        for (int i = 0; i < weight.length / 16; i++) {
            squares += Math.pow(weight[i], 2);
        }
        assertThat(magnitude.getShape().getShape()).containsExactly(1, 16, 1, 1);
        assertThat(Torch.floats(magnitude)[0]).isCloseTo((float) Math.sqrt(squares), within(1e-5f));
    }
}
