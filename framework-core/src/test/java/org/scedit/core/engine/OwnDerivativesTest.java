package org.scedit.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is computed in another way than libtorch would, for speed or memory, is the same function, gradients included. */
class OwnDerivativesTest {
    private final NDManager manager = Torch.newManager();
    private final Scope scope = new Scope();
    private final Ops ops = new Ops();

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    private NDArray normal(long seed, long... shape) {
        return Torch.normal(manager, seed, new Shape(shape));
    }

    private NDArray leaf(long seed, long... shape) {
        NDArray x = normal(seed, shape);
        x.setRequiresGradient(true);
        return x;
    }

    private static void assertClose(NDArray actual, NDArray expected, double tolerance) {
        assertThat(actual.getShape()).isEqualTo(expected.getShape());
        double norm = expected.norm().getFloat();
        assertThat(actual.sub(expected).norm().getFloat()).isLessThan((float) (tolerance * norm));
    }

    @ParameterizedTest(name = "{0} to {1} channels, {2} x {3} pixels, batch {4}")
    @CsvSource({"128, 160, 48, 48, 1", "160, 128, 36, 64, 2", "128, 128, 132, 20, 1", "1280, 640, 32, 32, 1"})
    void convolutionsByWinograd(int in, int out, int height, int width, int batch) {
        NDArray weight = ops.scale(normal(1, out, in, 3, 3), 1 / Math.sqrt(9.0 * in));
        NDArray bias = normal(2, out);
        NDArray own = leaf(3, batch, in, height, width);
        NDArray direct = leaf(3, batch, in, height, width);
        NDArray target = normal(4, batch, out, height, width);
        // a weight that needs a gradient is convolved directly
        NDArray trained = weight.duplicate();
        trained.setRequiresGradient(true);
        assertThat(Winograd.suits(own, weight, 1, 1)).isTrue();
        assertThat(Winograd.suits(own, trained, 1, 1)).isFalse();

        try (Autograd autograd = Autograd.record()) {
            NDArray actual = ops.conv2d(own, weight, bias, 1, 1);
            NDArray expected = ops.conv2d(direct, trained, bias, 1, 1);
            assertClose(actual, expected, 1e-5);
            autograd.backward(ops.add(ops.meanSquare(actual, target), ops.meanSquare(expected, target)), 1000);
        }
        assertClose(own.getGradient(), direct.getGradient(), 1e-5);
    }

    @ParameterizedTest(name = "{0} heads, {1} queries, {2} keys")
    @CsvSource({"1, 512, 512", "4, 700, 520"})
    void attentionInPieces(int heads, int queries, int keys) {
        int width = 40 * heads;
        var pieces = new AttentionInPieces(heads, 40);
        NDArray[] own = {leaf(1, 2, queries, width), leaf(2, 2, keys, width), leaf(3, 2, keys, width)};
        NDArray[] flash = {leaf(1, 2, queries, width), leaf(2, 2, keys, width), leaf(3, 2, keys, width)};
        NDArray target = normal(4, 2, queries, width);

        try (Autograd autograd = Autograd.record()) {
            NDArray actual = Autograd.apply(pieces, own);
            NDArray expected = ops.attention(flash[0], flash[1], flash[2], heads, false);
            assertClose(actual, expected, 1e-5);
            autograd.backward(ops.add(ops.meanSquare(actual, target), ops.meanSquare(expected, target)), 1000);
        }
        for (int i = 0; i < own.length; i++) {
            assertClose(own[i].getGradient(), flash[i].getGradient(), 1e-5);
        }
    }

    @Test
    void attentionOfBfloat16IsInPiecesAndCloseToTheExactOne() {
        NDArray[] inputs = {leaf(1, 1, 1024, 80), leaf(2, 1, 1024, 80), leaf(3, 1, 1024, 80)};
        NDArray[] exact = {leaf(1, 1, 1024, 80), leaf(2, 1, 1024, 80), leaf(3, 1, 1024, 80)};
        NDArray target = normal(4, 1, 1024, 80);
        try (Autograd autograd = Autograd.record()) {
            NDArray actual = ops.to(
                    ops.attention(
                            ops.to(inputs[0], Precision.BFLOAT16),
                            ops.to(inputs[1], Precision.BFLOAT16),
                            ops.to(inputs[2], Precision.BFLOAT16),
                            2,
                            false),
                    Precision.FLOAT32);
            NDArray expected = ops.attention(exact[0], exact[1], exact[2], 2, false);
            assertClose(actual, expected, 0.02);
            autograd.backward(ops.add(ops.meanSquare(actual, target), ops.meanSquare(expected, target)), 1000);
        }
        for (int i = 0; i < inputs.length; i++) {
            assertClose(inputs[i].getGradient(), exact[i].getGradient(), 0.03);
        }
    }

    @Test
    void gatedGelu() {
        NDArray x = leaf(1, 2, 5, 12);
        NDArray target = normal(2, 2, 5, 6);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.geglu(x));
            autograd.backward(ops.meanSquare(y, target), 1000);
            ofOutput = y.getGradient();
        }
        assertClose(ops.gegluGradient(x.stopGradient(), ofOutput), x.getGradient(), 1e-6);
    }

    @Test
    void layerNormalisation() {
        NDArray x = leaf(1, 2, 5, 12);
        NDArray weight = normal(2, 12);
        NDArray bias = normal(3, 12);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.layerNorm(x, weight, bias, 1e-5));
            autograd.backward(ops.meanSquare(y, normal(4, 2, 5, 12)), 1000);
            ofOutput = y.getGradient();
        }
        assertClose(ops.layerNormGradient(x.stopGradient(), ofOutput, weight, bias, 1e-5), x.getGradient(), 1e-6);
    }

    @Test
    void groupNormalisation() {
        NDArray x = leaf(1, 2, 8, 3, 5);
        NDArray weight = normal(2, 8);
        NDArray bias = normal(3, 8);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.groupNorm(x, weight, bias, 4, 1e-5));
            autograd.backward(ops.meanSquare(y, normal(4, 2, 8, 3, 5)), 1000);
            ofOutput = y.getGradient();
        }
        assertClose(ops.groupNormGradient(x.stopGradient(), ofOutput, weight, bias, 4, 1e-5), x.getGradient(), 1e-6);
    }

    @Test
    void groupNormalisationWithSilu() {
        NDArray x = leaf(1, 2, 8, 3, 5);
        NDArray weight = normal(2, 8);
        NDArray bias = normal(3, 8);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.groupNormSilu(x, weight, bias, 4, 1e-5));
            autograd.backward(ops.meanSquare(y, normal(4, 2, 8, 3, 5)), 1000);
            ofOutput = y.getGradient();
        }
        NDArray own = ops.groupNormSiluGradient(x.stopGradient(), ofOutput, weight, bias, 4, 1e-5);
        assertClose(own, x.getGradient(), 1e-6);
    }

    @ParameterizedTest(name = "{0} to {1} channels, {2} x {3} pixels, kernel {4}, stride {5}")
    @CsvSource({
        "6, 10, 7, 9, 3, 1",
        "6, 10, 8, 8, 3, 2",
        "6, 10, 7, 9, 1, 1",
        "512, 1024, 5, 7, 3, 1",
        "512, 1024, 9, 7, 3, 2"
    })
    void convolutions(int in, int out, int height, int width, int kernel, int stride) {
        int padding = kernel / 2;
        NDArray x = leaf(1, 2, in, height, width);
        NDArray weight = normal(2, out, in, kernel, kernel);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.conv2d(x, weight, null, stride, padding));
            autograd.backward(ops.meanSquare(y, Torch.normal(manager, 3, y.getShape())), 1000);
            ofOutput = y.getGradient();
        }
        NDArray own = ops.conv2dGradient(ofOutput, x.stopGradient(), weight, stride, padding);
        assertClose(own, x.getGradient(), 1e-5);
    }

    @Test
    void linearLayers() {
        NDArray x = leaf(1, 2, 5, 6);
        NDArray weight = normal(2, 7, 6);
        NDArray ofOutput;
        try (Autograd autograd = Autograd.record()) {
            NDArray y = Autograd.cut(ops.linear(x, weight, null));
            autograd.backward(ops.meanSquare(y, normal(3, 2, 5, 7)), 1000);
            ofOutput = y.getGradient();
        }
        assertClose(ops.linearGradient(ofOutput, weight), x.getGradient(), 1e-6);
    }
}
