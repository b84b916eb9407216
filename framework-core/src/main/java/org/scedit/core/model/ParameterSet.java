package org.scedit.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.LayerPoint;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/** The parameters and layers of one model, in forward order; modules declare them as they are built. */
public final class ParameterSet {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final List<LayerPoint> layers = new ArrayList<>();

    Parameter add(String name, Parameter.Init init, int fanIn, long... shape) {
        var parameter = new Parameter(name, new Shape(shape), init, fanIn);
        if (parameters.put(name, parameter) != null) {
            throw new IllegalStateException("two parameters are named " + name);
        }
        return parameter;
    }

    LayerPoint add(LayerPoint layer) {
        layers.add(layer);
        return layer;
    }

    /** All parameters in forward order. */
    public Collection<Parameter> all() {
        return Collections.unmodifiableCollection(parameters.values());
    }

    /** The parameter of that name, or null. */
    public Parameter get(String name) {
        return parameters.get(name);
    }

    /** The linear and convolution layers in forward order. */
    public List<LayerPoint> layers() {
        return Collections.unmodifiableList(layers);
    }

    /** Name and shape of every parameter in forward order. */
    public Map<String, Shape> shapes() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        parameters.values().forEach(p -> shapes.put(p.name(), p.shape()));
        return shapes;
    }

    /** How many numbers all parameters hold. */
    public long count() {
        return parameters.values().stream().mapToLong(p -> p.shape().size()).sum();
    }

    /**
     * Fills every parameter with fresh random values, as PyTorch's layers start (not PyTorch's numbers).
     *
     * @param manager owns the values
     * @param seed    the same seed gives the same values
     */
    public void randomise(NDManager manager, long seed, Precision precision) {
        var ops = new Ops();
        Torch.seed(seed);
        for (Parameter parameter : all()) {
            try (Scope scope = new Scope()) {
                NDArray value = initial(manager, parameter);
                parameter.set(scope.keep(precision == Precision.FLOAT32 ? value : ops.to(value, precision)));
            }
        }
    }

    private static NDArray initial(NDManager manager, Parameter parameter) {
        return switch (parameter.init()) {
            case ZEROS -> manager.zeros(parameter.shape());
            case ONES -> manager.ones(parameter.shape());
            case EMBEDDING ->
                Torch.drawn(manager, host -> host.randomNormal(0, 0.02f, parameter.shape(), DataType.FLOAT32));
            case UNIFORM -> {
                float bound = (float) (1 / Math.sqrt(parameter.fanIn()));
                yield Torch.drawn(
                        manager, host -> host.randomUniform(-bound, bound, parameter.shape(), DataType.FLOAT32));
            }
        };
    }
}
