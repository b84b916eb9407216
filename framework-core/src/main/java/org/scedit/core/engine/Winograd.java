package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Consumer;

/**
 * A 3×3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray 2015,
 * arXiv:1509.09308): with 6×6 tiles d of the input that overlap by 2, and the filters g,
 * <pre>Y = Aᵀ [ Σ_channels (G g Gᵀ) ⊙ (Bᵀ d B) ] A          36 multiplications for 16 pixels in place of 144</pre>
 * The sums over channels are 36 matrix products. In float32 only: the numbers in between are larger than input and
 * output, and the result is off by about 1e-5 of its size where a direct sum is by 5e-7.
 *
 * <p>Nothing is kept for the gradient: it is the same function of the output's gradient and the filters turned round.
 */
final class Winograd implements Autograd.Differentiable {
    private static final double[][] B = {
        {4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
        {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}
    };
    private static final double[][] G = {
        {1 / 4.0, 0, 0}, {-1 / 6.0, -1 / 6.0, -1 / 6.0}, {-1 / 6.0, 1 / 6.0, -1 / 6.0},
        {1 / 24.0, 1 / 12.0, 1 / 6.0}, {1 / 24.0, -1 / 12.0, 1 / 6.0}, {0, 0, 1}
    };
    private static final double[][] A = {
        {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}
    };

    /** Numbers of tiles that are transformed together: 40 MiB, all of a 64×64 picture of 960 channels. */
    private static final int TILES = 10 << 20;

    /**
     * Numbers of filters that are transformed together: just below 12 MiB, above which the launcher lets glibc hand memory
     * back, and mapping it anew in every call took longer than the transformation.
     */
    private static final int FILTERS = 3 << 20;

    private static final ScriptFunction TURNED =
            ScriptFunction.compile(new String[] {"w"}, "return torch.transpose(torch.flip(w, [2, 3]), 0, 1)");

    private static final ScriptFunction CONVOLVE = ScriptFunction.compile(
            new String[] {"x", "w", "g", "b", "a"},
            "n, c, height, width, = torch.size(x)",
            "o = torch.size(w, 0)",
            "filters = torch.reshape(w, [o, -1, 9])",
            "rows = torch.mul(ops.prim.max(1, torch.floordiv(" + TILES / 9 + ", torch.mul(c, width))), 4)",
            "few = ops.prim.max(1, torch.floordiv(" + FILTERS / 36 + ", c))",
            "y = torch.empty([n, o, height, width], dtype=6)",
            "padded = torch.constant_pad_nd(x, [1, 1, 1, 1], 0.)",
            "for i in range(n):",
            "  for j in range(" + pieces("height", "rows") + "):",
            "    top = torch.mul(j, rows)",
            "    h = ops.prim.min(rows, torch.sub(height, top))",
            "    d = torch.slice(torch.slice(padded, 0, i, torch.add(i, 1)), 2, top, torch.add(torch.add(top, h), 2))",
            "    d = torch.reshape(torch.im2col(d, [6, 6], [1, 1], [0, 0], [4, 4]), [c, 36, -1])",
            "    d = torch.transpose(torch.matmul(b, d), 0, 1)", // by the same name, so that the tiles are freed
            "    for k in range(" + pieces("o", "few") + "):",
            "      first = torch.mul(k, few)",
            "      last = ops.prim.min(o, torch.add(first, few))",
            "      some = torch.sub(last, first)",
            "      u = torch.mm(g, torch.t(torch.reshape(torch.slice(filters, 0, first, last), [-1, 9])))",
            "      m = torch.bmm(torch.reshape(u, [36, some, c]), d)",
            "      t = torch.reshape(torch.matmul(a, torch.transpose(m, 0, 1)), [1, torch.mul(some, 16), -1])",
            "      s = torch.col2im(t, [h, width], [4, 4], [1, 1], [0, 0], [4, 4])",
            "      z = torch.slice(torch.slice(y, 0, i, torch.add(i, 1)), 1, first, last)",
            "      z1 = torch.copy_(torch.slice(z, 2, top, torch.add(top, h)), s)",
            "return y");

    private static final ScriptFunction ADD_BIAS = ScriptFunction.compile(
            new String[] {"y", "b"}, "return torch.add_(y, torch.unsqueeze(torch.unsqueeze(b, -1), -1))");

    /** Channels on both sides from which on the fewer multiplications outweigh the tiles' transformation. */
    private static final int CHANNELS = 128;

    /**
     * So many pixels of a picture pay for the transformation of the filters. Measured on two cores: a quarter to two fifths less time at
     * 64×64 and 32×32 pixels and 320 to 1280 channels, a tenth less or more at 16×16.
     */
    private static final int FEWEST_PIXELS = 1 << 10;

    private final NDArray weight;
    private final NDArray bias;

    /**
     * @param weight {@code (out, in, 3, 3)}, float32, needs no gradient
     * @param bias   {@code (out)}, float32; null for none
     */
    Winograd(NDArray weight, NDArray bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** Whether it applies and is faster than a direct convolution, except for the precision, which is to be float32. */
    static boolean suits(NDArray x, NDArray weight, int stride, int padding) {
        Shape input = x.getShape();
        Shape filters = weight.getShape();
        return stride == 1
                && padding == 1
                && filters.get(2) == 3
                && filters.get(3) == 3
                && Math.min(filters.get(0), filters.get(1)) >= CHANNELS
                && input.get(2) % 4 == 0
                && input.get(3) % 4 == 0
                && input.get(2) * input.get(3) >= FEWEST_PIXELS
                && !x.getDevice().isGpu()
                && !JniUtils.requiresGrad((PtNDArray) weight);
    }

    @Override
    public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
        try (Scope scope = new Scope()) {
            NDArray y = convolve(inputs[0], weight);
            return scope.keep(bias == null ? y : ADD_BIAS.call(y, bias));
        }
    }

    @Override
    public NDArray[] backward(Autograd.Kept kept, NDArray gradient) {
        return new NDArray[] {inputGradient(gradient, weight)};
    }

    /** The gradient of the input, from that of the output. */
    static NDArray inputGradient(NDArray gradient, NDArray weight) {
        try (Scope scope = new Scope()) {
            return scope.keep(convolve(gradient, TURNED.call(weight)));
        }
    }

    private static NDArray convolve(NDArray x, NDArray filters) {
        try (Scope scope = new Scope()) {
            var manager = x.getManager();
            NDArray filter = Torch.of(manager, squared(G), new Shape(36, 9));
            NDArray in = Torch.of(manager, squared(B), new Shape(36, 36));
            NDArray out = Torch.of(manager, squared(A), new Shape(16, 36));
            return scope.keep(CONVOLVE.call(x, filters, filter, in, out));
        }
    }

    /** How many pieces of so many there are, the last one perhaps smaller. */
    private static String pieces(String all, String each) {
        return "torch.floordiv(torch.sub(torch.add(" + all + ", " + each + "), 1), " + each + ")";
    }

    /** The Kronecker product of a matrix with itself, which transforms a flat tile's rows and columns at once. */
    private static float[] squared(double[][] matrix) {
        int rows = matrix.length;
        int columns = matrix[0].length;
        float[] product = new float[rows * rows * columns * columns];
        int next = 0;
        for (double[] outer : matrix) {
            for (double[] inner : matrix) {
                for (double x : outer) {
                    for (double y : inner) {
                        product[next++] = (float) (x * y);
                    }
                }
            }
        }
        return product;
    }
}
