package org.scedit.plugins.loha;

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
 * LoHa: adds an update that is the elementwise (Hadamard) product of two matrices of low rank.
 * <pre>residual = ΔW · x      ΔW = alpha / rank · (A₁ · B₁) ∘ (A₂ · B₂)      A: (out, rank), B: (rank, in)</pre>
 * B₂ starts at zero. For a convolution {@code in} counts the kernel's pixels; in Tucker form each matrix is a core
 * (rank, rank, kernel, kernel) instead, times A (rank, out) and B (rank, in). Source: FedPara, Hyeon-Woo et al. 2021,
 * arXiv:2108.06098, propositions 1 and 3; names and initialisation as in PEFT, A₁ → {@code hada_w1_a}, B₁ →
 * {@code hada_w1_b}, core → {@code hada_t1}.
 */
final class Loha implements Tuner {
    private final Map<LayerPoint, LayerResidual> layers = new LinkedHashMap<>();
    private final Map<String, Double> scales = new LinkedHashMap<>();

    Loha(LohaConfig config, UNetLayout unet, Parameters parameters) {
        LayerRanks tuned = LayerRanks.limited(config.targets(), config.ranks(), config.alphas(), unet);
        tuned.ranks().forEach((layer, rank) -> {
            Parameters names = parameters.in(layer.path());
            double scale = tuned.alphas().get(layer) / rank;
            scales.put(layer.path(), scale);
            boolean tucker = config.tucker() && layer.kernel() > 1;
            layers.put(
                    layer,
                    new Update(
                            layer,
                            factor(names, "w1", "t1", layer, rank, tucker, false),
                            factor(names, "w2", "t2", layer, rank, tucker, true),
                            unet.parameters().get(layer.path() + ".weight"),
                            scale,
                            names.operators()));
        });
    }

    /** One of the two matrices. */
    private record Factor(NDArray a, NDArray b, NDArray core) {
        NDArray product(Operators operators) {
            if (core == null) {
                return operators.matMul(a, b);
            }
            // pixel by pixel of the kernel: (out, rank) · (rank, rank) · (rank, in)
            NDArray left = operators.matMul(a.transpose(), core.transpose(2, 3, 0, 1));
            return operators.matMul(left, b).transpose(2, 3, 0, 1);
        }
    }

    private static Factor factor(
            Parameters names, String matrix, String core, LayerPoint layer, int rank, boolean tucker, boolean fresh) {
        int kernel = layer.kernel();
        var a = tucker ? new Shape(rank, layer.outChannels()) : new Shape(layer.outChannels(), rank);
        var b = new Shape(rank, tucker ? layer.inChannels() : (long) layer.inChannels() * kernel * kernel);
        return new Factor(
                drawn(names, "hada_" + matrix + "_a", a),
                fresh ? names.zeros("hada_" + matrix + "_b", b) : drawn(names, "hada_" + matrix + "_b", b),
                tucker ? drawn(names, "hada_" + core, new Shape(rank, rank, kernel, kernel)) : null);
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

    private record Update(LayerPoint layer, Factor first, Factor second, Shape shape, double scale, Operators operators)
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
            NDArray product = operators.multiply(first.product(operators), second.product(operators));
            return operators.scale(product, scale).reshape(shape);
        }
    }
}
