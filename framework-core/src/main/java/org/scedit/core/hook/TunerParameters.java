package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.scedit.api.EncoderCopy;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.UNet;
import org.scedit.core.model.UNetEncoderCopy;

/** Makes a tuner's arrays in the manager that owns them; each has a random stream of its own, named after it. */
final class TunerParameters implements Parameters {
    /** An array that starts as a function of a frozen weight. */
    record Start(NDArray array, String backbone, UnaryOperator<NDArray> initial) {}

    private final String prefix;
    private final Map<String, NDArray> arrays;
    private final List<Start> starts;
    private final UNet unet;
    private final NDManager manager;
    private final long seed;
    private final Ops ops;

    TunerParameters(
            String prefix,
            Map<String, NDArray> arrays,
            List<Start> starts,
            UNet unet,
            NDManager manager,
            long seed,
            Ops ops) {
        this.prefix = prefix;
        this.arrays = arrays;
        this.starts = starts;
        this.unet = unet;
        this.manager = manager;
        this.seed = seed;
        this.ops = ops;
    }

    @Override
    public NDArray zeros(String name, Shape shape) {
        return add(name, full -> manager.zeros(shape));
    }

    @Override
    public NDArray uniform(String name, Shape shape, double bound) {
        return add(name, full -> {
            Torch.seed(Randomness.seed(seed, full, 0));
            return Torch.drawn(
                    manager, host -> host.randomUniform((float) -bound, (float) bound, shape, DataType.FLOAT32));
        });
    }

    @Override
    public NDArray normal(String name, Shape shape, double deviation) {
        return add(name, full -> {
            Torch.seed(Randomness.seed(seed, full, 0));
            return Torch.drawn(manager, host -> host.randomNormal(0, (float) deviation, shape, DataType.FLOAT32));
        });
    }

    @Override
    public NDArray ones(String name, Shape shape) {
        return add(name, full -> manager.ones(shape));
    }

    @Override
    public NDArray fromBackbone(String name, Shape shape, String backbone, UnaryOperator<NDArray> initial) {
        if (!unet.layout().parameters().containsKey(backbone)) {
            throw new IllegalArgumentException("starts from '" + backbone + "', which this U-Net does not have");
        }
        NDArray array = zeros(name, shape);
        starts.add(new Start(array, backbone, initial));
        return array;
    }

    @Override
    public EncoderCopy encoderCopy() {
        return new UNetEncoderCopy(unet, (name, shape) -> fromBackbone(name, shape, name, frozen -> frozen));
    }

    private NDArray add(String name, Function<String, NDArray> make) {
        String full = prefix + name;
        if (arrays.containsKey(full)) {
            throw new IllegalArgumentException("two parameters of a tuner are named " + full);
        }
        try (Scope scope = new Scope()) {
            NDArray array = scope.keep(make.apply(full));
            arrays.put(full, array);
            return array;
        }
    }

    @Override
    public Operators operators() {
        return ops;
    }

    @Override
    public Parameters in(String inner) {
        return new TunerParameters(prefix + inner + ".", arrays, starts, unet, manager, seed, ops);
    }
}
