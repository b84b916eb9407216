package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.LayerCall;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerResidual;
import org.scedit.api.Step;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Torch;

/**
 * One linear layer at work, without the U-Net around it, so that its residual can be computed by hand. Its path is
 * {@code layer}.
 *
 * @param point   the layer
 * @param manager owns the arrays
 * @param input   one row
 * @param weight  {@code (out, in)}
 * @param bias    {@code (out)}; null for none
 * @param dropped what dropout multiplies by
 */
public record OneLayer(LayerPoint point, NDManager manager, NDArray input, NDArray weight, NDArray bias, double dropped)
        implements LayerCall {
    private static final String PATH = "layer";

    /**
     * A layer.
     *
     * @param input  as many numbers as the layer has inputs
     * @param weight row by row
     * @param bias   one number for each output; none for a layer without bias
     */
    public static OneLayer of(NDManager manager, float[] input, float[] weight, float... bias) {
        int in = input.length;
        int out = weight.length / in;
        return new OneLayer(
                new LayerPoint(PATH, LayerPoint.Kind.LINEAR, in, out, 1, 1, 0),
                manager,
                Torch.of(manager, input, new Shape(1, in)),
                Torch.of(manager, weight, new Shape(out, in)),
                bias.length == 0 ? null : Torch.of(manager, bias, new Shape(out)),
                1);
    }

    /** The same in a training step whose dropout multiplies all numbers by a factor. */
    public OneLayer dropping(double factor) {
        return new OneLayer(point, manager, input, weight, bias, factor);
    }

    /**
     * A method's residual for this layer.
     *
     * @param numbers of the layer's parameters, by name
     */
    public <C extends Record> LayerResidual residual(TunerProvider<C> method, C config, Map<String, float[]> numbers) {
        Map<String, Shape> parameters = new LinkedHashMap<>();
        parameters.put(PATH + ".weight", weight.getShape());
        if (bias != null) {
            parameters.put(PATH + ".bias", bias.getShape());
        }
        var unet = new UNetLayout(List.of(), List.of(), List.of(point), parameters);
        return method.create(config, unet, new GivenParameters("", manager, named(numbers)))
                .layers()
                .get(point);
    }

    private static Map<String, float[]> named(Map<String, float[]> numbers) {
        Map<String, float[]> named = new LinkedHashMap<>();
        numbers.forEach((name, values) -> named.put(PATH + "." + name, values));
        return named;
    }

    /** The numbers of a residual. */
    public float[] of(LayerResidual residual) {
        return Torch.floats(residual.residual(this));
    }

    /** The numbers that the change of the weight makes of the input. */
    public float[] ofWeight(LayerResidual residual) {
        return Torch.floats(new Ops().linear(input, residual.weightDelta(weight).orElseThrow(), null));
    }

    @Override
    public NDArray output() {
        return new Ops().linear(input, weight, bias);
    }

    @Override
    public NDArray linear(NDArray other) {
        return new Ops().linear(other, weight, null);
    }

    @Override
    public Step step() {
        return new Step() {
            @Override
            public float[] timesteps() {
                return new float[1];
            }

            @Override
            public NDArray latents() {
                throw new UnsupportedOperationException("there is a layer here and no U-Net");
            }

            @Override
            public NDArray text() {
                throw new UnsupportedOperationException("there is a layer here and no U-Net");
            }

            @Override
            public boolean training() {
                return dropped != 1;
            }

            @Override
            public NDArray dropout(NDArray x, double probability) {
                return probability == 0 ? x : new Ops().scale(x, dropped);
            }
        };
    }
}
