package org.scedit.core.cost;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.ScriptFunction;

/**
 * Operators that compute nothing and count: a result has the right shape and precision, and needs a gradient if an
 * argument does, but all its numbers are one zero, so that it takes no memory. A model that runs on them under
 * {@link Autograd} tells what the run would cost.
 *
 * <p>What each keeps for the backward pass is what libtorch's derivative formulas keep; it stands beside each operator.
 * Arrays that were made by other means, such as a tuner's weights, are taken as they are.
 */
public final class DryOps extends Ops {
    /** Flash attention computes in its backward pass five matrix products for the two of its forward pass. */
    static final double ATTENTION_BACKWARD = 2.5;

    private static final ScriptFunction ELEMENT_SIZE =
            ScriptFunction.compile(new String[] {"x"}, "return torch.tensor(torch.element_size(x))");

    private static final ScriptFunction RECORDED =
            ScriptFunction.compile(new String[] {"x"}, "return torch.tensor(ops.prim.requires_grad(x))");

    private static final ScriptFunction IS_LEAF =
            ScriptFunction.compile(new String[] {"x"}, "return torch.tensor(torch.is_leaf(x))");

    private final Count count;
    private final Map<Precision, NDArray> constant = new HashMap<>();
    private final Map<Precision, NDArray> recorded = new HashMap<>();
    /** Whether what runs now is computed again for its gradient. */
    private boolean keepsNothing;
    /** Results that are another handle of their argument. */
    private final Map<String, String> aliases = new HashMap<>();

    /**
     * @param count   what is counted
     * @param manager owns all results
     */
    DryOps(Count count, NDManager manager) {
        this.count = count;
        for (Precision precision : Precision.values()) {
            constant.put(precision, super.copyTo(manager.zeros(new Shape(1)), precision));
            NDArray zero = super.copyTo(manager.zeros(new Shape(1)), precision);
            zero.setRequiresGradient(true);
            recorded.put(precision, zero);
        }
    }

    /** Of what is inside only the inputs are kept, and what the function says; its gradient is taken as libtorch's. */
    @Override
    public NDArray apply(Autograd.Differentiable function, NDArray... inputs) {
        return keeping(inputs, keep -> function.forward(inputs, keep));
    }

    @Override
    public NDArray recomputedTrained(Function<NDArray[], NDArray> function, NDArray... inputs) {
        return keeping(inputs, keep -> function.apply(inputs));
    }

    private NDArray keeping(NDArray[] inputs, Function<Consumer<NDArray>, NDArray> function) {
        boolean outer = keepsNothing;
        keepsNothing = true;
        List<Runnable> kept = new ArrayList<>();
        NDArray y = function.apply(array -> {
            String name = name(array);
            long bytes = bytes(array);
            kept.add(() -> count.save(name, bytes));
        });
        keepsNothing = outer;
        if (recorded(y) && !outer) {
            save(inputs);
            kept.forEach(Runnable::run);
        }
        return y;
    }

    /** An array of zeros that takes no memory and needs no gradient. */
    NDArray zeros(Shape shape, Precision precision) {
        return constant.get(precision).broadcast(shape);
    }

    @Override
    public NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        Shape shape = x.getShape();
        NDArray y = like(
                x, shape.slice(0, shape.dimension() - 1).add(weight.getShape().get(0)), x, weight, bias);
        product(Kind.LINEAR, 2 * shape.size() * weight.getShape().get(0), x, weight);
        if (recorded(weight)) {
            save(x);
        }
        saveWeight(x, weight);
        return y;
    }

    @Override
    public NDArray matMul(NDArray x, NDArray y) {
        Shape left = x.getShape();
        Shape right = y.getShape();
        Shape more = left.dimension() > right.dimension() ? left : right;
        long rows = left.get(left.dimension() - 2);
        long columns = right.get(right.dimension() - 1);
        NDArray z = like(x, more.slice(0, more.dimension() - 2).add(rows).add(columns), x, y);
        product(Kind.LINEAR, 2 * z.getShape().size() * left.get(left.dimension() - 1), x, y);
        return saving(z, 0, x, y);
    }

    @Override
    public NDArray multiply(NDArray x, NDArray y) {
        return saving(pointwise(x, x.getShape(), x, y), 0, x, y);
    }

    @Override
    public NDArray kronecker(NDArray x, NDArray y) {
        long[] shape = x.getShape().getShape().clone();
        for (int i = 0; i < shape.length; i++) {
            shape[i] *= y.getShape().get(i);
        }
        return saving(pointwise(x, new Shape(shape), x, y), 0, x, y);
    }

    @Override
    public NDArray linearPerPixel(NDArray x, NDArray weight, NDArray bias) {
        Shape shape = x.getShape();
        long out = weight.getShape().get(0);
        NDArray y = like(x, new Shape(shape.get(0), out, shape.get(2), shape.get(3)), x, weight, bias);
        convolution(Kind.LINEAR, 2 * shape.size() * out, x, weight, y);
        return y;
    }

    @Override
    public NDArray conv2d(NDArray x, NDArray weight, NDArray bias, int stride, int padding) {
        Shape shape = x.getShape();
        Shape kernel = weight.getShape();
        long height = (shape.get(2) + 2L * padding - kernel.get(2)) / stride + 1;
        long width = (shape.get(3) + 2L * padding - kernel.get(3)) / stride + 1;
        NDArray y = like(x, new Shape(shape.get(0), kernel.get(0), height, width), x, weight, bias);
        Kind kind = kernel.get(2) == 1 ? Kind.LINEAR : Kind.CONVOLUTION;
        convolution(kind, 2 * kernel.size() * shape.get(0) * height * width, x, weight, y);
        return y;
    }

    /** libtorch keeps the input of a convolution even where only the gradient of the input is needed. */
    private void convolution(Kind kind, long operations, NDArray x, NDArray weight, NDArray y) {
        product(kind, operations, x, weight);
        if (recorded(y)) {
            save(x);
            saveWeight(x, weight);
        }
    }

    @Override
    public NDArray attention(NDArray query, NDArray key, NDArray value, int heads, boolean causal) {
        NDArray y = like(query, query.getShape(), query, key, value);
        long operations = 4 * query.getShape().size() * key.getShape().get(1);
        boolean graph = recorded(query, key, value);
        count.add(Kind.ATTENTION, precision(query), operations, graph ? (long) (ATTENTION_BACKWARD * operations) : 0);
        if (graph) {
            save(query, key, value, y);
        }
        return y;
    }

    @Override
    public NDArray gelu(NDArray x) {
        return activation(x);
    }

    @Override
    public NDArray quickGelu(NDArray x) {
        return saving(pointwise(x, x.getShape(), x), bytes(x), x); // x and the sigmoid
    }

    @Override
    public NDArray silu(NDArray x) {
        return activation(x);
    }

    @Override
    public NDArray geglu(NDArray x) {
        Shape shape = x.getShape();
        int last = shape.dimension() - 1;
        NDArray y = pointwise(x, shape.slice(0, last).add(shape.get(last) / 2), x);
        return saving(y, bytes(y), x); // both halves, and gelu of one
    }

    private NDArray activation(NDArray x) {
        return saving(pointwise(x, x.getShape(), x), 0, x);
    }

    @Override
    public NDArray groupNorm(NDArray x, NDArray weight, NDArray bias, int groups, double epsilon) {
        return saving(pointwise(x, x.getShape(), x, weight, bias), 0, x);
    }

    @Override
    public NDArray groupNormSilu(NDArray x, NDArray weight, NDArray bias, int groups, double epsilon) {
        NDArray y = pointwise(x, x.getShape(), x, weight, bias);
        moved(y, 2 * bytes(x)); // what is normalised is written and read once more
        return saving(y, bytes(x), x); // also what is normalised
    }

    @Override
    public NDArray layerNorm(NDArray x, NDArray weight, NDArray bias, double epsilon) {
        return saving(pointwise(x, x.getShape(), x, weight, bias), 0, x);
    }

    @Override
    public NDArray add(NDArray x, NDArray y) {
        return pointwise(x, x.getShape(), x, y);
    }

    @Override
    public NDArray addScaled(NDArray x, NDArray y, double scale) {
        return pointwise(x, x.getShape(), x, y);
    }

    @Override
    public NDArray addPerChannel(NDArray x, NDArray y) {
        return pointwise(x, x.getShape(), x, y);
    }

    @Override
    public NDArray scale(NDArray x, double factor) {
        return pointwise(x, x.getShape(), x);
    }

    @Override
    public NDArray dropout(NDArray x, NDArray uniform, double probability) {
        return saving(pointwise(x, x.getShape(), x, uniform), bytes(x)); // the mask
    }

    @Override
    public NDArray clampLogVariance(NDArray x) {
        return activation(x);
    }

    @Override
    public NDArray concat(NDArray x, NDArray y) {
        Shape one = x.getShape();
        return pointwise(x, new Shape(one.get(0), one.get(1) + y.getShape().get(1), one.get(2), one.get(3)), x, y);
    }

    @Override
    public NDArray toTokens(NDArray x) {
        Shape shape = x.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(2) * shape.get(3), shape.get(1)), x);
    }

    @Override
    public NDArray toPixels(NDArray x, NDArray like) {
        Shape shape = x.getShape();
        Shape pixels = like.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(2), pixels.get(2), pixels.get(3)), x);
    }

    @Override
    public NDArray upsampleLike(NDArray x, NDArray like) {
        Shape shape = x.getShape();
        Shape pixels = like.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(1), pixels.get(2), pixels.get(3)), x);
    }

    @Override
    public NDArray upsampleTwice(NDArray x) {
        Shape shape = x.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(1), 2 * shape.get(2), 2 * shape.get(3)), x);
    }

    @Override
    public NDArray padRightBottom(NDArray x) {
        Shape shape = x.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(1), shape.get(2) + 1, shape.get(3) + 1), x);
    }

    @Override
    public NDArray cast(NDArray x, NDArray like) {
        return to(x, precision(like));
    }

    @Override
    public NDArray to(NDArray x, Precision precision) {
        NDArray y = (recorded(x) ? recorded : constant).get(precision).broadcast(x.getShape());
        if (precision(x) == precision) {
            aliases.put(y.getUid(), name(x));
        } else {
            moved(y, bytes(x) + bytes(y));
        }
        return y;
    }

    @Override
    public NDArray copyTo(NDArray x, Precision precision) {
        return zeros(x.getShape(), precision);
    }

    @Override
    public NDArray embedding(NDArray indices, NDArray table) {
        return like(table, indices.getShape().add(table.getShape().get(1)), table);
    }

    @Override
    public NDArray regionMeans(NDArray x, int side) {
        Shape shape = x.getShape();
        return pointwise(x, new Shape(shape.get(0), shape.get(1) * side * side), x);
    }

    @Override
    public NDArray meanAndMost(NDArray x) {
        Shape shape = x.getShape();
        return pointwise(x, new Shape(shape.get(0), 2 * shape.get(2)), x);
    }

    @Override
    public NDArray meanSquare(NDArray x, NDArray y) {
        return saving(pointwise(x, new Shape(1), x, y), 0, x, y);
    }

    @Override
    public NDArray meanSquarePerSample(NDArray x, NDArray y) {
        return saving(pointwise(x, new Shape(x.getShape().get(0)), x, y), bytes(x));
    }

    /** A result in the precision of {@code x} that needs a gradient if one of the arguments does. */
    private NDArray like(NDArray x, Shape shape, NDArray... arguments) {
        count.make(shape.size());
        return (recorded(arguments) ? recorded : constant).get(precision(x)).broadcast(shape);
    }

    private NDArray pointwise(NDArray x, Shape shape, NDArray... arguments) {
        NDArray y = like(x, shape, arguments);
        moved(y, bytes(y) + Arrays.stream(arguments).mapToLong(DryOps::bytes).sum());
        return y;
    }

    private void moved(NDArray y, long bytes) {
        count.add(Kind.POINTWISE, precision(y), bytes, recorded(y) ? bytes : 0);
    }

    private void product(Kind kind, long operations, NDArray x, NDArray weight) {
        long backward = (recorded(x) ? operations : 0) + (recorded(weight) ? operations : 0);
        count.add(kind, precision(x), operations, backward);
        // however few pixels there are, the weight is read; on small pictures this is what takes the time
        count.add(Kind.POINTWISE, precision(x), bytesAs(x, weight), recorded(x) ? bytesAs(x, weight) : 0);
        if (precision(x) != precision(weight)) {
            moved(weight, bytes(weight) + bytesAs(x, weight));
        }
    }

    private NDArray saving(NDArray y, long within, NDArray... arguments) {
        if (recorded(y)) {
            saveWithin(within);
            save(arguments);
        }
        return y;
    }

    private void save(NDArray... arrays) {
        for (NDArray array : keepsNothing ? new NDArray[0] : arrays) {
            count.save(name(array), bytes(array));
        }
    }

    private void saveWithin(long bytes) {
        count.saveWithin(keepsNothing ? 0 : bytes);
    }

    /**
     * Where the gradient of the input is needed, a weight is kept that is there for this only: cast to another precision,
     * or computed, as LoHa's is.
     */
    private void saveWeight(NDArray x, NDArray weight) {
        if (recorded(x) && (precision(x) != precision(weight) || !answers(IS_LEAF, weight))) {
            saveWithin(bytesAs(x, weight));
        }
    }

    /** Bytes of a weight in the precision of x. */
    private static long bytesAs(NDArray x, NDArray weight) {
        return weight.getShape().size() * bytes(precision(x));
    }

    private String name(NDArray array) {
        return aliases.getOrDefault(array.getUid(), array.getUid());
    }

    /** Asked in a script, as DJL tells it of what is trained but not of what is computed from that. */
    private static boolean recorded(NDArray... arrays) {
        for (NDArray array : arrays) {
            if (array != null && answers(RECORDED, array)) {
                return true;
            }
        }
        return false;
    }

    private static boolean answers(ScriptFunction question, NDArray array) {
        try (NDArray answer = question.call(array)) {
            return answer.getBoolean();
        }
    }

    private static long bytes(NDArray array) {
        return array == null ? 0 : array.getShape().size() * bytes(precision(array));
    }

    private static int bytes(Precision precision) {
        return precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
    }

    /** Asked in a script, as DJL has no word for bfloat16. */
    private static Precision precision(NDArray array) {
        try (NDArray size = ELEMENT_SIZE.call(array)) {
            return size.toType(DataType.INT64, false).getLong() == Float.BYTES ? Precision.FLOAT32 : Precision.BFLOAT16;
        }
    }
}
