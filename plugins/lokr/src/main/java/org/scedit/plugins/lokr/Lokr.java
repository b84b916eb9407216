package org.scedit.plugins.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.LayerCall;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerPoint.Kind;
import org.scedit.api.LayerRanks;
import org.scedit.api.LayerResidual;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.UNetLayout;

/**
 * LoKr: adds an update that is the Kronecker product of a small matrix and a larger one, which is of low rank.
 * <pre>residual = ΔW · x      ΔW = alpha / rank · C ⊗ (A · B)      C: (a, c), A: (b, rank), B: (rank, d)</pre>
 * for {@code a · b} outputs and {@code c · d} inputs, {@linkplain Split split} alike; C starts at zero. A factor with
 * no side above twice the rank is whole; with {@code decompose_both} C can be a product as well. For a convolution
 * {@code d} counts the kernel's pixels; in Tucker form A · B is a core (rank, rank, kernel, kernel) times A (rank, b)
 * and B (rank, d). Source: LyCORIS, Yeh et al. 2023, arXiv:2309.14859, section 3.3; names and initialisation as in
 * PEFT, C → {@code lokr_w1}, A and B → {@code lokr_w2_a} and {@code lokr_w2_b}, core → {@code lokr_t2}.
 */
final class Lokr implements Tuner {
    private final Map<LayerPoint, LayerResidual> layers = new LinkedHashMap<>();
    private final Map<String, Double> scales = new LinkedHashMap<>();

    Lokr(LokrConfig config, UNetLayout unet, Parameters parameters) {
        LayerRanks tuned = LayerRanks.of(config.targets(), config.ranks(), config.alphas(), unet);
        tuned.ranks().forEach((layer, rank) -> {
            Parameters names = parameters.in(layer.path());
            Split out = Split.of(layer.outChannels(), config.decomposeFactor());
            Split in = Split.of(layer.inChannels(), config.decomposeFactor());
            var left = config.decomposeBoth() && isLarge(out.left(), in.left(), rank)
                    ? product(names, "lokr_w1", out.left(), in.left(), rank, true)
                    : whole(names.zeros("lokr_w1", new Shape(out.left(), in.left())));
            var right = right(names, layer, out.right(), in.right(), rank, config.tucker());
            Shape shape = unet.parameters().get(layer.path() + ".weight");
            double scale = tuned.alphas().get(layer) / rank;
            scales.put(layer.path(), scale);
            layers.put(layer, new Update(layer, left, right, shape, scale, names.operators()));
        });
    }

    private static boolean isLarge(int out, int in, int rank) {
        return Math.max(out, in) > 2 * rank;
    }

    private static Factor right(Parameters names, LayerPoint layer, int out, int in, int rank, boolean tucker) {
        int kernel = layer.kernel();
        if (!isLarge(out, in, rank)) {
            return whole(drawn(
                    names,
                    "lokr_w2",
                    layer.kind() == Kind.LINEAR ? new Shape(out, in) : new Shape(out, in, kernel, kernel)));
        }
        if (!tucker || kernel == 1) {
            return product(names, "lokr_w2", out, in * kernel * kernel, rank, false);
        }
        return new Factor(
                null,
                drawn(names, "lokr_w2_a", new Shape(rank, out)),
                drawn(names, "lokr_w2_b", new Shape(rank, in)),
                drawn(names, "lokr_t2", new Shape(rank, rank, kernel, kernel)));
    }

    private static Factor whole(NDArray whole) {
        return new Factor(whole, null, null, null);
    }

    private static Factor product(Parameters names, String name, int out, int in, int rank, boolean fresh) {
        var a = new Shape(out, rank);
        return new Factor(
                null,
                fresh ? names.zeros(name + "_a", a) : drawn(names, name + "_a", a),
                drawn(names, name + "_b", new Shape(rank, in)),
                null);
    }

    /** Kaiming's uniform distribution with a = √5: within 1 / √(numbers per output). */
    private static NDArray drawn(Parameters names, String name, Shape shape) {
        return names.uniform(name, shape, Math.sqrt((double) shape.get(0) / shape.size()));
    }

    @Override
    public Map<LayerPoint, LayerResidual> layers() {
        return layers;
    }

    /** The factor of each layer's update. */
    @Override
    public Map<String, Double> constants() {
        return scales;
    }

    /** One of the two factors: whole, a product, or a product with a core. */
    private record Factor(NDArray whole, NDArray a, NDArray b, NDArray core) {
        NDArray value(Operators operators) {
            if (core == null) {
                return whole == null ? operators.matMul(a, b) : whole;
            }
            // pixel by pixel of the kernel: (out, rank) · (rank, rank) · (rank, in)
            NDArray pixels = operators.matMul(operators.matMul(a.transpose(), core.transpose(2, 3, 0, 1)), b);
            NDArray product = pixels.transpose(2, 3, 0, 1);
            // the Kronecker product needs the numbers in this order in memory, too
            return product.flatten().reshape(product.getShape());
        }
    }

    private record Update(LayerPoint layer, Factor left, Factor right, Shape shape, double scale, Operators operators)
            implements LayerResidual {
        @Override
        public NDArray residual(LayerCall call) {
            return layer.kind() == Kind.LINEAR
                    ? operators.linear(call.input(), delta(), null)
                    : operators.conv2d(call.input(), delta(), null, layer.stride(), layer.padding());
        }

        @Override
        public Optional<NDArray> weightDelta(NDArray weight) {
            return Optional.of(delta());
        }

        private NDArray delta() {
            NDArray large = right.value(operators);
            NDArray small = left.value(operators);
            boolean overKernel = large.getShape().dimension() == 4;
            NDArray alike = overKernel ? small.reshape(small.getShape().add(1, 1)) : small;
            return operators.scale(operators.kronecker(alike, large), scale).reshape(shape);
        }
    }
}
