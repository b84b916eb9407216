package org.scedit.api.formats;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.scedit.api.EncoderCopy;
import org.scedit.api.Operators;
import org.scedit.api.Parameters;

/**
 * Notes the parameters that a tuner asks for and makes none, so that their names and shapes are written down in one
 * place, the tuner's constructor. The arrays and operators that it hands out are null.
 */
public final class ParameterShapes implements Parameters {
    private final String prefix;
    private final Map<String, Shape> shapes;

    private ParameterShapes(String prefix, Map<String, Shape> shapes) {
        this.prefix = prefix;
        this.shapes = shapes;
    }

    /**
     * The parameters' shapes by name, in the order they are asked for.
     *
     * @param tuner builds a tuner, and does nothing yet with its arrays
     */
    public static Map<String, Shape> of(Consumer<Parameters> tuner) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        tuner.accept(new ParameterShapes("", shapes));
        return shapes;
    }

    private NDArray note(String name, Shape shape) {
        shapes.put(prefix + name, shape);
        return null;
    }

    @Override
    public NDArray zeros(String name, Shape shape) {
        return note(name, shape);
    }

    @Override
    public NDArray uniform(String name, Shape shape, double bound) {
        return note(name, shape);
    }

    @Override
    public NDArray normal(String name, Shape shape, double deviation) {
        return note(name, shape);
    }

    @Override
    public NDArray ones(String name, Shape shape) {
        return note(name, shape);
    }

    @Override
    public NDArray fromBackbone(String name, Shape shape, String backbone, UnaryOperator<NDArray> initial) {
        return note(name, shape);
    }

    @Override
    public EncoderCopy encoderCopy() {
        throw new UnsupportedOperationException("the shapes of an encoder's copy are the U-Net's");
    }

    @Override
    public Operators operators() {
        return null;
    }

    @Override
    public Parameters in(String inner) {
        return new ParameterShapes(prefix + inner + ".", shapes);
    }
}
