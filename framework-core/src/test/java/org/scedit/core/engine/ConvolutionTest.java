package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where the weights outweigh the pixels, a float32 convolution is computed as a matrix product: it must be the same
 * function of its input, with the same gradient, as the two convolutions of half the output channels, which are not.
 */
class ConvolutionTest {
    private static final int IN = 512;
    private static final int OUT = 1024;

    private final Ops ops = new Ops();

    @ParameterizedTest(name = "{0} x {1} pixels, stride {2}, batch {3}, bias {4}")
    @CsvSource({"8, 8, 1, 1, true", "8, 8, 2, 2, true", "5, 7, 1, 3, true", "9, 7, 2, 1, true", "4, 4, 1, 1, false"})
    void asMatrixProductIsTheSameFunction(int height, int width, int stride, int batch, boolean hasBias) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope();
                Autograd autograd = Autograd.record()) {
            NDArray weight = Torch.normal(manager, 1, new Shape(OUT, IN, 3, 3)).mul(0.015f);
            NDArray bias = hasBias ? Torch.normal(manager, 2, new Shape(OUT)) : null;
            NDArray whole = leaf(manager, batch, height, width);
            NDArray halves = leaf(manager, batch, height, width);

            NDArray product = ops.conv2d(whole, weight, bias, stride, 1);
            NDArray convolved = ops.concat(
                    ops.conv2d(halves, half(weight, 0), half(bias, 0), stride, 1),
                    ops.conv2d(halves, half(weight, 1), half(bias, 1), stride, 1));
            assertThat(product.getShape()).isEqualTo(convolved.getShape());
            assertClose(product, convolved, 1e-5f);

            NDArray target = Torch.normal(manager, 4, product.getShape());
            autograd.backward(ops.meanSquare(product, target), 1000);
            autograd.backward(ops.meanSquare(convolved, target), 1000);
            assertClose(whole.getGradient(), halves.getGradient(), 1e-5f);
        }
    }

    @Test
    void inBfloat16ItIsTheSameFunctionButForRounding() {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray weight = Torch.normal(manager, 1, new Shape(OUT, IN, 3, 3)).mul(0.015f);
            NDArray x = leaf(manager, 1, 8, 8);

            NDArray exact = ops.conv2d(x, weight, null, 1, 1);
            NDArray rounded = ops.conv2d(ops.to(x, Precision.BFLOAT16), weight, null, 1, 1);

            assertClose(ops.to(rounded, Precision.FLOAT32), exact, 1e-2f);
        }
    }

    private static NDArray leaf(NDManager manager, int batch, int height, int width) {
        NDArray x = Torch.normal(manager, 3, new Shape(batch, IN, height, width));
        x.setRequiresGradient(true);
        return x;
    }

    private static NDArray half(NDArray all, int which) {
        return all == null ? null : all.split(2).get(which);
    }

    /** @param tolerance as a share of the largest expected number */
    private static void assertClose(NDArray actual, NDArray expected, float tolerance) {
        float largest = expected.abs().max().getFloat();
        assertThat(actual.sub(expected).abs().max().getFloat()).isCloseTo(0, within(tolerance * largest));
    }
}
