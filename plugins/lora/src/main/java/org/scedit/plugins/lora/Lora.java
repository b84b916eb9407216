package org.scedit.plugins.lora;

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
 * LoRA: adds an update of low rank to a layer.
 * <pre>residual = s · B · A · dropout(x)      s = alpha / rank, with rsLoRA alpha / √rank</pre>
 * A (rank, in) is drawn, B (out, rank) starts at zero. For a convolution A is one with the layer's kernel, stride and
 * padding to {@code rank} channels, and B one of 1×1. Source: Hu et al. 2021, arXiv:2106.09685; rsLoRA: Kalajdzievski
 * 2023, arXiv:2312.03732; names and initialisation as in PEFT, A → {@code lora_A}, B → {@code lora_B}.
 */
final class Lora implements Tuner {
    private final Map<LayerPoint, LayerResidual> layers = new LinkedHashMap<>();
    private final Map<String, Double> scales = new LinkedHashMap<>();

    Lora(LoraConfig config, UNetLayout unet, Parameters parameters) {
        LayerRanks tuned = LayerRanks.limited(config.targets(), config.ranks(), config.alphas(), unet);
        tuned.ranks().forEach((layer, rank) -> {
            Parameters names = parameters.in(layer.path());
            double scale = tuned.alphas().get(layer) / (config.rslora() ? Math.sqrt(rank) : rank);
            scales.put(layer.path(), scale);
            Update update = new Update(
                    layer,
                    names.uniform("lora_A.weight", downShape(layer, rank), 1 / Math.sqrt(inputs(layer))),
                    names.zeros("lora_B.weight", upShape(layer, rank)),
                    scale,
                    config.dropout(),
                    names.operators());
            layers.put(layer, config.dora() ? Magnitude.of(update, names) : update);
        });
    }

    /** How many numbers each output is computed from. */
    private static int inputs(LayerPoint layer) {
        return layer.inChannels() * layer.kernel() * layer.kernel();
    }

    private static Shape downShape(LayerPoint layer, int rank) {
        return layer.kind() == Kind.LINEAR
                ? new Shape(rank, layer.inChannels())
                : new Shape(rank, layer.inChannels(), layer.kernel(), layer.kernel());
    }

    private static Shape upShape(LayerPoint layer, int rank) {
        return layer.kind() == Kind.LINEAR
                ? new Shape(layer.outChannels(), rank)
                : new Shape(layer.outChannels(), rank, 1, 1);
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

    /** {@code s · B · A}. */
    record Update(LayerPoint layer, NDArray down, NDArray up, double scale, double dropout, Operators operators)
            implements LayerResidual {
        @Override
        public NDArray residual(LayerCall call) {
            return of(call.step().dropout(call.input(), dropout));
        }

        NDArray of(NDArray x) {
            if (layer.kind() == Kind.LINEAR) {
                NDArray hidden = operators.linear(x, down, null);
                return operators.linear(operators.scale(hidden, scale), up, null);
            }
            NDArray hidden = operators.conv2d(x, down, null, layer.stride(), layer.padding());
            return operators.conv2d(operators.scale(hidden, scale), up, null, 1, 0);
        }

        @Override
        public Optional<NDArray> weightDelta(NDArray weight) {
            NDArray product = up.reshape(layer.outChannels(), -1)
                    .matMul(down.reshape(down.getShape().get(0), -1));
            return Optional.of(operators.scale(product, scale).reshape(weight.getShape()));
        }
    }
}
