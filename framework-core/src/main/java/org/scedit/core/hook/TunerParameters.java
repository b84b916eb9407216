package org.scedit.core.hook;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.function.Function;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/** Makes a tuner's arrays in the manager that owns them; each has a random stream of its own, named after it. */
final class TunerParameters implements Parameters {
    private final String prefix;
    private final Map<String, NDArray> arrays;
    private final NDManager manager;
    private final long seed;
    private final Ops ops;

    TunerParameters(String prefix, Map<String, NDArray> arrays, NDManager manager, long seed, Ops ops) {
        this.prefix = prefix;
        this.arrays = arrays;
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
            return manager.randomUniform((float) -bound, (float) bound, shape, DataType.FLOAT32);
        });
    }

    @Override
    public NDArray normal(String name, Shape shape, double deviation) {
        return add(name, full -> {
            Torch.seed(Randomness.seed(seed, full, 0));
            return manager.randomNormal(0, (float) deviation, shape, DataType.FLOAT32);
        });
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
        return new TunerParameters(prefix + inner + ".", arrays, manager, seed, ops);
    }
}
