package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.Conv2d;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.engine.Torch;

/** A method whose tuners' convolutions can be looked at from outside: the last output of each. */
final class WatchedConvolutions<C extends Record> implements TunerProvider<C> {
    /** What a convolution made, last axis fastest. */
    record Output(Shape shape, float[] values) {}

    private final TunerProvider<C> method;
    private final Map<NDArray, Output> outputs = new IdentityHashMap<>();

    WatchedConvolutions(TunerProvider<C> method) {
        this.method = method;
    }

    /** @param weight of the convolution */
    Output output(NDArray weight) {
        if (!outputs.containsKey(weight)) {
            throw new AssertionError("this convolution was not computed");
        }
        return outputs.get(weight);
    }

    @Override
    public String id() {
        return method.id();
    }

    @Override
    public String summary() {
        return method.summary();
    }

    @Override
    public Class<C> configType() {
        return method.configType();
    }

    @Override
    public Tuner create(C config, UNetLayout unet, Parameters parameters) {
        return method.create(config, unet, watched(parameters));
    }

    @Override
    public List<TunerFormat<C>> formats() {
        return method.formats();
    }

    private Parameters watched(Parameters parameters) {
        Operators operators = watched(parameters.operators());
        return (Parameters) Proxy.newProxyInstance(
                Parameters.class.getClassLoader(), new Class<?>[] {Parameters.class}, (proxy, called, arguments) -> {
                    Object result = call(called, parameters, arguments);
                    if (result instanceof Conv2d layer) {
                        return new Conv2d(layer.weight(), layer.bias(), layer.stride(), layer.padding(), operators);
                    }
                    if (result instanceof Operators) {
                        return operators;
                    }
                    return result instanceof Parameters inner ? watched(inner) : result;
                });
    }

    private Operators watched(Operators operators) {
        return (Operators) Proxy.newProxyInstance(
                Operators.class.getClassLoader(), new Class<?>[] {Operators.class}, (proxy, called, arguments) -> {
                    Object result = call(called, operators, arguments);
                    if (called.getName().equals("conv2d")) {
                        var output = (NDArray) result;
                        outputs.put((NDArray) arguments[1], new Output(output.getShape(), Torch.floats(output)));
                    }
                    return result;
                });
    }

    private static Object call(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
