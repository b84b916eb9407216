package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.scedit.api.Operators;

/**
 * The operators of the models, each one line of libtorch. A function with constants (a stride, a number of groups) is
 * compiled when it is first asked for and then shared.
 *
 * <p>Results are in the precision of the first argument; weights are cast to it where they differ. A subclass may compute
 * something else than the numbers: {@link org.scedit.core.cost.DryOps} only counts.
 */
public class Ops implements Operators {
    /** Compiled functions by their source: the same text is the same function, so sharing them is invisible. */
    private static final Map<String, ScriptFunction> COMPILED = new ConcurrentHashMap<>();

    /** From so many weights on, and up to so few pixels, a float32 convolution is computed as a matrix product. */
    private static final long MANY_WEIGHTS = 1 << 22;

    /** Measured on two cores: half the time at 64 pixels, a sixth less at 256, a half more at 1024. */
    private static final long FEW_PIXELS = 256;

    private static final String CAST_WB = "w1 = torch.to(w, ops.prim.dtype(x)); b1 = torch.to(b, ops.prim.dtype(x))";

    private final ScriptFunction linear = function("x w b", CAST_WB, "return torch.linear(x, w1, b1)");
    private final ScriptFunction linearNoBias =
            function("x w", "w1 = torch.to(w, ops.prim.dtype(x))", "return torch.linear(x, w1, None)");
    private final ScriptFunction linearPerPixel = function(
            "x w b",
            CAST_WB,
            "return torch.conv2d(x, torch.unsqueeze(torch.unsqueeze(w1, -1), -1), b1, [1, 1], [0, 0], [1, 1], 1)");
    private final ScriptFunction gelu = function("x", "return torch.gelu(x, approximate=\"none\")");
    private final ScriptFunction quickGelu = function("x", "return torch.mul(x, torch.sigmoid(torch.mul(x, 1.702)))");
    private final ScriptFunction silu = function("x", "return torch.silu(x)");
    private final ScriptFunction geglu = function(
            "x", "a, gate, = torch.chunk(x, 2, -1)", "return torch.mul(a, torch.gelu(gate, approximate=\"none\"))");
    private final ScriptFunction gegluGradient = function(
            "x g",
            "a, gate, = torch.chunk(x, 2, -1)",
            "d = torch.empty_like(x)",
            "da, dgate, = torch.chunk(d, 2, -1)",
            "m1 = torch.mul(g, torch.gelu(gate, approximate=\"none\"), out=da)",
            "m2 = torch.gelu_backward(torch.mul(g, a), gate, approximate=\"none\", grad_input=dgate)",
            "return d");
    private final ScriptFunction linearGradient =
            function("g w", "return torch.matmul(g, torch.to(w, ops.prim.dtype(g)))");
    private final ScriptFunction codeOf = function("x", "return torch.full([1], ops.prim.dtype(x), dtype=4)");
    private final ScriptFunction add = function("x y", "return torch.add(x, torch.to(y, ops.prim.dtype(x)))");
    private final ScriptFunction addScaled =
            function("x y s", "return torch.add(x, torch.mul(torch.to(y, ops.prim.dtype(x)), s))");
    private final ScriptFunction kronecker = function("x y", "return torch.kron(x, y)");
    private final ScriptFunction normPerOutput =
            function("w", "return torch.linalg_vector_norm(torch.flatten(w, 1), 2, [1])");
    private final ScriptFunction clampLogVariance = function("x", "return torch.clamp(x, -30., 20.)");
    private final ScriptFunction concat = function("x y", "return torch.cat([x, y], 1)");
    private final ScriptFunction addPerChannel =
            function("x y", "return torch.add(x, torch.unsqueeze(torch.unsqueeze(y, -1), -1))");
    private final ScriptFunction toTokens =
            function("x", "return torch.contiguous(torch.permute(torch.flatten(x, 2), [0, 2, 1]))");
    private final ScriptFunction toPixels = function(
            "x like",
            "size = torch.size(like)",
            "return torch.contiguous(torch.reshape(torch.permute(x, [0, 2, 1]), [size[0], -1, size[2], size[3]]))");
    private final ScriptFunction upsampleLike = function(
            "x like", "return torch.upsample_nearest2d(x, [torch.size(like, 2), torch.size(like, 3)], None, None)");
    private final ScriptFunction upsampleTwice = function(
            "x",
            "return torch.upsample_nearest2d(x, [torch.mul(2, torch.size(x, 2)), torch.mul(2, torch.size(x, 3))], None, None)");
    private final ScriptFunction padRightBottom = function("x", "return torch.constant_pad_nd(x, [0, 1, 0, 1], 0.)");
    private final ScriptFunction cast = function("x y", "return torch.to(x, ops.prim.dtype(y))");
    private final ScriptFunction embedding = function("x w", "return torch.embedding(w, x)");
    private final ScriptFunction meanAndMost =
            function("x", "return torch.cat([torch.mean(x, [1]), torch.amax(x, [1])], 1)");
    private final ScriptFunction meanSquare = function("x y", "return torch.mse_loss(x, y)");
    private final ScriptFunction meanSquarePerSample =
            function("x y", "d = torch.flatten(torch.sub(x, y), 1)", "return torch.mean(torch.mul(d, d), [1])");

    private static ScriptFunction function(String parameters, String... body) {
        String[] names = parameters.split(" ");
        return COMPILED.computeIfAbsent(
                parameters + "\n" + String.join("\n", body),
                source -> ScriptFunction.compile(names, String.join("; ", body).split("; ")));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.17e", value);
    }

    /** {@link Autograd#apply}. */
    public NDArray apply(Autograd.Differentiable function, NDArray... inputs) {
        return Autograd.apply(function, inputs);
    }

    /** {@link Autograd#recomputedTrained}. */
    public NDArray recomputedTrained(Function<NDArray[], NDArray> function, NDArray... inputs) {
        return Autograd.recomputedTrained(function, inputs);
    }

    @Override
    public NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        return bias == null ? linearNoBias.call(x, weight) : linear.call(x, weight, bias);
    }

    @Override
    public NDArray linearPerPixel(NDArray x, NDArray weight, NDArray bias) {
        return linearPerPixel.call(x, weight, bias);
    }

    @Override
    public NDArray gelu(NDArray x) {
        return gelu.call(x);
    }

    @Override
    public NDArray silu(NDArray x) {
        return silu.call(x);
    }

    /** {@code x · sigmoid(1.702 x)}, CLIP's approximation of {@link #gelu}. */
    public NDArray quickGelu(NDArray x) {
        return quickGelu.call(x);
    }

    /** Splits the last axis into halves {@code a} and {@code gate}: {@code a · gelu(gate)}. */
    public NDArray geglu(NDArray x) {
        return geglu.call(x);
    }

    /** The gradient of {@link #geglu}'s input {@code x}, from that of its output. */
    public NDArray gegluGradient(NDArray x, NDArray gradient) {
        return gegluGradient.call(x, gradient);
    }

    /** The gradient of the input of {@link #linear}, from that of its output. */
    public NDArray linearGradient(NDArray gradient, NDArray weight) {
        return linearGradient.call(gradient, weight);
    }

    /** {@code x + y} of one shape. */
    public NDArray add(NDArray x, NDArray y) {
        return x.add(y);
    }

    /** {@code x + scale · y}, of one shape, in the precision of x. */
    public NDArray addScaled(NDArray x, NDArray y, double scale) {
        return scale == 1 ? add.call(x, y) : addScaled.call(x, y, constant(x, scale));
    }

    @Override
    public NDArray kronecker(NDArray x, NDArray y) {
        return kronecker.call(x, y);
    }

    @Override
    public NDArray normPerOutput(NDArray weight) {
        return normPerOutput.call(weight);
    }

    /**
     * {@code x} with the elements zeroed whose number of {@code uniform} is below the probability, the others times
     * {@code 1 / (1 - probability)}.
     *
     * @param uniform numbers in [0, 1), float32, of x's shape
     */
    public NDArray dropout(NDArray x, NDArray uniform, double probability) {
        String keep =
                "torch.div(torch.to(torch.ge(u, " + number(probability) + "), 6), " + number(1 - probability) + ")";
        return function("x u", "return torch.mul(x, torch.to(" + keep + ", ops.prim.dtype(x)))")
                .call(x, uniform);
    }

    @Override
    public NDArray scale(NDArray x, double factor) {
        return x.mul(constant(x, factor));
    }

    /** A scalar; it does not change the precision of what it is multiplied with. */
    private static NDArray constant(NDArray like, double value) {
        return Torch.of(like.getManager(), new float[] {(float) value}, new Shape());
    }

    /** Every element limited to {@code [-30, 20]}, diffusers' range of log-variances. */
    public NDArray clampLogVariance(NDArray x) {
        return clampLogVariance.call(x);
    }

    /** {@code (batch, c1, h, w), (batch, c2, h, w) → (batch, c1 + c2, h, w)}. */
    public NDArray concat(NDArray x, NDArray y) {
        return concat.call(x, y);
    }

    /** Adds {@code y (batch, channels)} to every pixel of {@code x (batch, channels, height, width)}. */
    public NDArray addPerChannel(NDArray x, NDArray y) {
        return addPerChannel.call(x, y);
    }

    /** {@code (batch, channels, height, width) → (batch, height · width, channels)}. */
    public NDArray toTokens(NDArray x) {
        return toTokens.call(x);
    }

    /** {@code (batch, height · width, channels) → (batch, channels, height, width)}, height and width those of like. */
    public NDArray toPixels(NDArray x, NDArray like) {
        return toPixels.call(x, like);
    }

    /** Nearest-neighbour upsampling to the height and width of {@code like}. */
    public NDArray upsampleLike(NDArray x, NDArray like) {
        return upsampleLike.call(x, like);
    }

    /** Nearest-neighbour upsampling to twice the height and width. */
    public NDArray upsampleTwice(NDArray x) {
        return upsampleTwice.call(x);
    }

    /** A row and a column of zeros at the bottom and the right. */
    public NDArray padRightBottom(NDArray x) {
        return padRightBottom.call(x);
    }

    /** {@code x} in the precision of {@code like}; {@code x} itself (another handle) where it has it already. */
    @Override
    public NDArray cast(NDArray x, NDArray like) {
        return cast.call(x, like);
    }

    /** Whether {@code x} is in the given precision; DJL cannot be asked, as it does not know bfloat16. */
    private boolean is(NDArray x, Precision precision) {
        try (NDArray code = codeOf.call(x)) {
            return code.getLong() == precision.code();
        }
    }

    /** {@code x} in the given precision. */
    public NDArray to(NDArray x, Precision precision) {
        return function("x", "return torch.to(x, " + precision.code() + ")").call(x);
    }

    /** Replaces the numbers of {@code target} in place by those of {@code source}, of the same shape. */
    public static void copyInto(NDArray target, NDArray source) {
        function("x y", "return torch.copy_(x, y)").call(target, source);
    }

    /** {@code x} in the processor's memory. DJL's own {@code toDevice} would leave a manager behind with every call. */
    static NDArray onHost(NDArray x) {
        return function("x", "return torch.cpu(x)").call(x);
    }

    /** A copy of {@code x} in the given precision, with memory of its own. */
    public NDArray copyTo(NDArray x, Precision precision) {
        return function("x", "return torch.to(x, " + precision.code() + ", False, True)")
                .call(x);
    }

    /** Rows of {@code table (rows, width)} at whole-number {@code indices (...)}: {@code (..., width)}. */
    public NDArray embedding(NDArray indices, NDArray table) {
        return embedding.call(indices, table);
    }

    @Override
    public NDArray conv2d(NDArray x, NDArray weight, NDArray bias, int stride, int padding) {
        if (Winograd.suits(x, weight, stride, padding) && is(x, Precision.FLOAT32)) {
            return Autograd.apply(new Winograd(weight, bias), x);
        }
        String add = bias == null ? "None" : "b1";
        String convolve = String.format(
                "torch.conv2d(x, w1, %s, [%d, %d], [%d, %d], [1, 1], 1)", add, stride, stride, padding, padding);
        String cast = bias == null ? "w1 = torch.to(w, ops.prim.dtype(x))" : CAST_WB;
        ScriptFunction function = weightsOutweighPixels(x, weight.getShape(), stride)
                ? function(
                        bias == null ? "x w" : "x w b",
                        cast,
                        "if torch.eq(ops.prim.dtype(x), 6):",
                        "  y = " + asMatrixProduct(weight.getShape(), bias != null, stride, padding),
                        "else:",
                        "  y = " + convolve,
                        "return y")
                : function(bias == null ? "x w" : "x w b", cast, "return " + convolve);
        return bias == null ? function.call(x, weight) : function.call(x, weight, bias);
    }

    /**
     * The gradient of the input of {@link #conv2d}, from that of its output.
     *
     * @param x of the input's shape and precision; its numbers do not matter
     */
    public NDArray conv2dGradient(NDArray gradient, NDArray x, NDArray weight, int stride, int padding) {
        if (Winograd.suits(x, weight, stride, padding) && is(x, Precision.FLOAT32)) {
            return Winograd.inputGradient(gradient, weight);
        }
        String convolve = String.format(
                "d, dw, db, = torch.convolution_backward(g, x, w1, None, [%d, %d], [%d, %d], [1, 1], False, [0, 0], 1, [True, False, False])",
                stride, stride, padding, padding);
        String cast = "w1 = torch.to(w, ops.prim.dtype(x))";
        if (!weightsOutweighPixels(x, weight.getShape(), stride)) {
            return function("g x w", cast, convolve, "return d").call(gradient, x, weight);
        }
        long kernel = weight.getShape().get(2);
        return function(
                        "g x w",
                        cast,
                        "if torch.eq(ops.prim.dtype(x), 6):",
                        "  y = "
                                + String.format(
                                        "torch.col2im(torch.matmul(torch.t(torch.flatten(w1, 1)), torch.flatten(g, 2)), "
                                                + "[torch.size(x, 2), torch.size(x, 3)], [%d, %d], [1, 1], [%d, %d], [%d, %d])",
                                        kernel, kernel, padding, padding, stride, stride),
                        "else:",
                        "  " + convolve,
                        "  y = d",
                        "return y")
                .call(gradient, x, weight);
    }

    /**
     * Whether a convolution's time on a processor is that of reading its weights. oneDNN first copies float32 weights to a layout of its
     * own, in every call; on Stable Diffusion's 8×8 features that takes longer than the convolution itself, and a matrix
     * product half the time of both. In bfloat16 its backward is slower than the convolution's.
     */
    private static boolean weightsOutweighPixels(NDArray x, Shape weight, int stride) {
        Shape input = x.getShape();
        long pixels = input.get(0) * (input.get(2) / stride) * (input.get(3) / stride);
        return weight.get(2) > 1
                && weight.size() >= MANY_WEIGHTS
                && pixels <= FEW_PIXELS
                && !x.getDevice().isGpu();
    }

    /** The convolution as a product of the weights and the pixels' neighbourhoods, one column for each pixel. */
    private static String asMatrixProduct(Shape weight, boolean bias, int stride, int padding) {
        long kernel = weight.get(2);
        String columns = String.format(
                "torch.im2col(x, [%d, %d], [1, 1], [%d, %d], [%d, %d])",
                kernel, kernel, padding, padding, stride, stride);
        String product = "torch.matmul(torch.flatten(w1, 1), " + columns + ")";
        return String.format(
                "torch.unflatten(%s, 2, [torch.add(torch.floordiv(torch.sub(torch.add(torch.size(x, 2), %d), %d), %d), 1), -1])",
                bias ? "torch.add(" + product + ", torch.unsqueeze(b1, -1))" : product, 2 * padding, kernel, stride);
    }

    /** Group normalisation of {@code x (batch, channels, ...)} with a weight and bias per channel. */
    public NDArray groupNorm(NDArray x, NDArray weight, NDArray bias, int groups, double epsilon) {
        return function("x w b", CAST_WB, "return " + groupNorm(groups, epsilon))
                .call(x, weight, bias);
    }

    /** {@code silu(groupNorm(x))} in one call. */
    public NDArray groupNormSilu(NDArray x, NDArray weight, NDArray bias, int groups, double epsilon) {
        return function("x w b", CAST_WB, "return torch.silu(" + groupNorm(groups, epsilon) + ")")
                .call(x, weight, bias);
    }

    /** The gradient of the input {@code x} of {@link #groupNorm}, from that of its output. */
    public NDArray groupNormGradient(
            NDArray x, NDArray gradient, NDArray weight, NDArray bias, int groups, double epsilon) {
        return groupNormGradient("g", groups, epsilon).call(x, gradient, weight, bias);
    }

    /** The gradient of the input {@code x} of {@link #groupNormSilu}, from that of its output. */
    public NDArray groupNormSiluGradient(
            NDArray x, NDArray gradient, NDArray weight, NDArray bias, int groups, double epsilon) {
        return groupNormGradient("torch.silu_backward(g, y)", groups, epsilon).call(x, gradient, weight, bias);
    }

    /** @param gradient of the normalised {@code y}, from that of the output {@code g} */
    private static ScriptFunction groupNormGradient(String gradient, int groups, double epsilon) {
        return function(
                "x g w b",
                CAST_WB,
                "x1 = torch.contiguous(x)",
                "n = torch.size(x, 0)",
                "c = torch.size(x, 1)",
                "p = torch.floordiv(torch.numel(x), torch.mul(n, c))",
                "y, m, r, = torch.native_group_norm(x1, w1, b1, n, c, p, " + groups + ", " + number(epsilon) + ")",
                "s = torch.contiguous(" + gradient + ")",
                "d, dw, db, = torch.native_group_norm_backward(s, x1, m, r, w1, n, c, p, " + groups
                        + ", [True, False, False])",
                "return d");
    }

    private static String groupNorm(int groups, double epsilon) {
        return "torch.group_norm(x, " + groups + ", w1, b1, " + number(epsilon) + ", True)";
    }

    /** Layer normalisation over the last axis. */
    public NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double epsilon) {
        return function(
                        "x w b",
                        CAST_WB,
                        "return torch.layer_norm(x, torch.size(w1), w1, b1, " + number(epsilon) + ", True)")
                .call(x, weight, bias);
    }

    /** The gradient of the input {@code x} of {@link #layerNorm}, from that of its output. */
    public NDArray layerNormGradient(NDArray x, NDArray gradient, NDArray weight, NDArray bias, double epsilon) {
        return function(
                        "x g w b",
                        CAST_WB,
                        "y, m, r, = torch.native_layer_norm(x, torch.size(w1), w1, b1, " + number(epsilon) + ")",
                        "d, dw, db, = torch.native_layer_norm_backward(g, x, torch.size(w1), m, r, w1, b1, "
                                + "[True, False, False])",
                        "return d")
                .call(x, gradient, weight, bias);
    }

    /**
     * Scaled dot-product attention with several heads.
     *
     * @param query  {@code (batch, tokens, heads · width)}
     * @param key    {@code (batch, context, heads · width)}
     * @param value  {@code (batch, context, heads · width)}
     * @param causal whether a token sees only itself and earlier ones
     * @return {@code (batch, tokens, heads · width)}
     */
    public NDArray attention(NDArray query, NDArray key, NDArray value, int heads, boolean causal) {
        Shape shape = query.getShape();
        if (!causal
                && shape.get(1) >= AttentionInPieces.FEWEST_QUERIES
                && key.getShape().get(1) >= AttentionInPieces.FEWEST_QUERIES
                && !query.getDevice().isGpu()
                && is(query, Precision.BFLOAT16)) {
            return Autograd.apply(new AttentionInPieces(heads, (int) (shape.get(2) / heads)), query, key, value);
        }
        String split = "torch.transpose(torch.unflatten(%s, -1, [" + heads + ", -1]), 1, 2)";
        return function(
                        "q k v",
                        "o = torch.scaled_dot_product_attention(" + String.format(split, "q") + ", "
                                + String.format(split, "k") + ", " + String.format(split, "v") + ", None, 0., "
                                + (causal ? "True" : "False") + ")",
                        "return torch.flatten(torch.transpose(o, 1, 2), 2)")
                .call(query, key, value);
    }

    /** Mean and greatest of all tokens: {@code (batch, tokens, width) → (batch, 2 width)}. */
    public NDArray meanAndMost(NDArray x) {
        return meanAndMost.call(x);
    }

    /**
     * Means of regions of a picture, {@code side} by {@code side} of them, row by row within each channel:
     * {@code (batch, channels, height, width) → (batch, channels · side²)}.
     */
    public NDArray regionMeans(NDArray x, int side) {
        return function("x", "return torch.flatten(torch.adaptive_avg_pool2d(x, [" + side + ", " + side + "]), 1)")
                .call(x);
    }

    /** The mean of {@code (x - y)²} over all elements: a scalar. */
    public NDArray meanSquare(NDArray x, NDArray y) {
        return meanSquare.call(x, y);
    }

    /** The mean of {@code (x - y)²} over each sample: {@code (batch, ...) → (batch)}. */
    public NDArray meanSquarePerSample(NDArray x, NDArray y) {
        return meanSquarePerSample.call(x, y);
    }
}
