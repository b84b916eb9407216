package org.scedit.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.scedit.api.EncoderCopy;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Torch;

/** Parameters with numbers that a test chose, for a tuner that is computed by hand. */
final class GivenParameters implements Parameters {
    private final String prefix;
    private final NDManager manager;
    private final Map<String, float[]> numbers;

    /** @param numbers of all parameters that the tuner makes, by name */
    GivenParameters(String prefix, NDManager manager, Map<String, float[]> numbers) {
        this.prefix = prefix;
        this.manager = manager;
        this.numbers = numbers;
    }

    private NDArray given(String name, Shape shape) {
        float[] values = numbers.get(prefix + name);
        if (values == null) {
            throw new AssertionError("the tuner makes " + prefix + name + ", for which the test gives no numbers");
        }
        return Torch.of(manager, values, shape);
    }

    @Override
    public NDArray zeros(String name, Shape shape) {
        return given(name, shape);
    }

    @Override
    public NDArray uniform(String name, Shape shape, double bound) {
        return given(name, shape);
    }

    @Override
    public NDArray normal(String name, Shape shape, double deviation) {
        return given(name, shape);
    }

    @Override
    public NDArray ones(String name, Shape shape) {
        return given(name, shape);
    }

    @Override
    public NDArray fromBackbone(String name, Shape shape, String backbone, UnaryOperator<NDArray> initial) {
        return given(name, shape);
    }

    @Override
    public EncoderCopy encoderCopy() {
        throw new UnsupportedOperationException("a U-Net's encoder is not computed by hand");
    }

    @Override
    public Operators operators() {
        return new Ops();
    }

    @Override
    public Parameters in(String inner) {
        return new GivenParameters(prefix + inner + ".", manager, numbers);
    }
}
