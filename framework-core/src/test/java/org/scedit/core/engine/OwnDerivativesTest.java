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
    @CsvSource({"128, 160, 48, 48, 1", "160, 128, 36, 64, 2", "128, 128, 132, 20, 1"})
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
        NDArray own = leaf(1, 2, 5, 12);
        NDArray plain = leaf(1, 2, 5, 12);
        NDArray target = normal(2, 2, 5, 6);
        try (Autograd autograd = Autograd.record()) {
            NDArray actual = ops.geglu(own);
            NDArray expected = plain.get(":, :, :6").mul(ops.gelu(plain.get(":, :, 6:")));
            assertClose(actual, expected, 1e-6);
            autograd.backward(ops.add(ops.meanSquare(actual, target), ops.meanSquare(expected, target)), 1000);
        }
        assertClose(own.getGradient(), plain.getGradient(), 1e-6);
    }
}
