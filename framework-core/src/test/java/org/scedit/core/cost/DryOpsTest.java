package org.scedit.core.cost;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.scedit.core.cost.Count.Pass;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;

class DryOpsTest {
    /** What tuners do with their own weights, which are there. */
    private static final Set<String> COMPUTED = Set.of("kronecker", "normPerOutput");

    private final Count count = new Count();
    private final NDManager manager = Torch.newManager();
    private final DryOps ops = new DryOps(count, manager);
    private Autograd autograd;

    @BeforeEach
    void record() {
        autograd = Autograd.record();
    }

    @AfterEach
    void close() {
        autograd.close();
        manager.close();
    }

    @Test
    void everyOperatorIsCounted() {
        List<String> forgotten = Arrays.stream(Ops.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                // of a function with a gradient of its own the forward pass is passed here, operator by operator
                .filter(method -> !method.getName().endsWith("Gradient"))
                .filter(method -> !COMPUTED.contains(method.getName()) && !isOverridden(method))
                .map(Method::toString)
                .toList();
        assertThat(forgotten).isEmpty();
    }

    private static boolean isOverridden(Method method) {
        try {
            DryOps.class.getDeclaredMethod(method.getName(), method.getParameterTypes());
            return true;
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    @Test
    void aConvolutionIsTwoOperationsForEachWeightAndOutputPixel() {
        NDArray y = ops.conv2d(frozen(1, 4, 64, 64), frozen(320, 4, 3, 3), frozen(320), 1, 1);
        assertThat(y.getShape()).isEqualTo(new Shape(1, 320, 64, 64));
        assertThat(count.work(Pass.FORWARD, Kind.CONVOLUTION)).isEqualTo(2L * 320 * 4 * 9 * 64 * 64);
        assertThat(count.operations(Pass.BACKWARD)).isZero();
        assertThat(count.savedBytes()).isZero();
    }

    @Test
    void aStrideHalvesTheSides() {
        assertThat(ops.conv2d(frozen(2, 8, 7, 6), frozen(16, 8, 3, 3), null, 2, 1)
                        .getShape())
                .isEqualTo(new Shape(2, 16, 4, 3));
    }

    @Test
    void ofAFunctionWithItsOwnGradientOnlyInputsAndWhatItSaysAreKept() {
        NDArray x = trained(1, 5, 8);
        NDArray weight = frozen(64, 8);
        NDArray y = ops.apply(
                new Autograd.Differentiable() {
                    @Override
                    public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
                        NDArray wide = ops.linear(inputs[0], weight, null);
                        keep.accept(ops.gelu(wide));
                        return ops.silu(wide);
                    }

                    @Override
                    public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
                        throw new AssertionError("nothing is computed");
                    }
                },
                x);
        assertThat(y.getShape()).isEqualTo(new Shape(1, 5, 64));
        assertThat(count.savedBytes()).isEqualTo(4 * (5 * 8 + 5 * 64));
        assertThat(count.work(Pass.BACKWARD, Kind.LINEAR)).isEqualTo(2L * 5 * 8 * 64);
    }

    @Test
    void whatATrainedLayerComputesNeedsAGradientAndItsInputIsKept() {
        NDArray x = frozen(1, 10, 6);
        NDArray y = ops.linear(x, trained(8, 6), null);
        NDArray z = ops.linear(y, frozen(4, 8), null);

        assertThat(z.getShape()).isEqualTo(new Shape(1, 10, 4));
        assertThat(count.operations(Pass.FORWARD)).isEqualTo(2 * 10 * 6 * 8 + 2 * 10 * 8 * 4);
        // the first layer's weight, the second one's input
        assertThat(count.operations(Pass.BACKWARD)).isEqualTo(2 * 10 * 6 * 8 + 2 * 10 * 8 * 4);
        assertThat(count.savedBytes()).isEqualTo(4 * 10 * 6);
    }

    @Test
    void anArrayThatSeveralOperatorsKeepIsKeptOnce() {
        NDArray x = trained(1, 10, 6);
        ops.gelu(x);
        ops.layerNorm(x, frozen(6), frozen(6), 1e-5);
        ops.silu(ops.to(x, Precision.FLOAT32)); // another handle of the same array
        assertThat(count.savedBytes()).isEqualTo(4 * 10 * 6);
    }

    @Test
    void attentionIsTwoProductsForwardAndFiveBackwardAndKeepsAllItIsGiven() {
        NDArray query = trained(1, 100, 32);
        NDArray text = frozen(1, 7, 32);
        ops.attention(query, text, text, 4, false);
        assertThat(count.work(Pass.FORWARD, Kind.ATTENTION)).isEqualTo(2 * (2 * 100 * 7 * 32));
        assertThat(count.work(Pass.BACKWARD, Kind.ATTENTION)).isEqualTo(5 * (2 * 100 * 7 * 32));
        assertThat(count.savedBytes()).isEqualTo(4 * (2 * 100 * 32 + 7 * 32));
    }

    @Test
    void aTrainedWeightOfAnotherPrecisionIsKeptAsItWasCast() {
        NDArray x = ops.to(trained(1, 10, 6), Precision.BFLOAT16);
        ops.linear(x, trained(8, 6), null);
        assertThat(count.savedBytes()).isEqualTo(2 * 10 * 6 + 2 * 8 * 6);
        assertThat(count.work(Pass.FORWARD, Kind.LINEAR, Precision.BFLOAT16)).isEqualTo(2 * 10 * 6 * 8);
    }

    private NDArray frozen(long... shape) {
        return ops.zeros(new Shape(shape), Precision.FLOAT32);
    }

    private NDArray trained(long... shape) {
        NDArray array = manager.zeros(new Shape(shape));
        array.setRequiresGradient(true);
        return array;
    }
}
