package org.scedit.core.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Automatic differentiation on this thread: while one is open, operators on arrays that need gradients are recorded.
 * Elsewhere nothing is, so a frozen forward pass keeps no activations.
 *
 * <p>libtorch records operators; this class can cut what they record into pieces, and goes back through them one by one,
 * the last first. A piece is freed as soon as it has been passed. Between two pieces there can be a
 * {@linkplain #apply function with a derivative of its own}, or one that keeps only its inputs and is
 * {@linkplain #recomputed computed again} on the way back (gradient checkpointing, Chen et al. 2016, arXiv:1604.06174).
 * What is used more than once after such a function should be {@linkplain #cut cut} where it is made: without, gradients
 * are the same, but what lies before it is passed several times.
 */
public final class Autograd implements AutoCloseable {
    private static final ThreadLocal<Autograd> OPEN = new ThreadLocal<>();
    /** libtorch's backward for several arrays together, by how many they are and whether the graph stays. */
    private static final Map<String, ScriptFunction> BACKWARD = new ConcurrentHashMap<>();

    // DJL's own question is answered only for arrays that were marked, not for what was computed from them
    private static final ScriptFunction NEEDS_GRADIENT =
            ScriptFunction.compile(new String[] {"x"}, "return torch.tensor(ops.prim.requires_grad(x))");
    private static final ScriptFunction COMPUTED = ScriptFunction.compile(
            new String[] {"x"},
            "return torch.tensor(torch.__and__(ops.prim.requires_grad(x), torch.__not__(torch.is_leaf(x))))");

    private static final ScriptFunction SAME = ScriptFunction.compile(new String[] {"x"}, "return x");

    private final Autograd outer = OPEN.get();
    private final boolean outerMode;
    private final Deque<Piece> tape = new ArrayDeque<>();
    /** Handles of what is known to need a gradient and to have nothing before it; asking libtorch takes a call. */
    private final Set<NDArray> starts = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Where the record is cut: gradients that arrived behind it are handed to what lies before it. */
    private interface Piece extends AutoCloseable {
        /** @param last whether nothing that was recorded earlier is left */
        void backward(boolean last);

        @Override
        void close();
    }

    /** A function whose derivative is not left to libtorch. Computes without being recorded. */
    public interface Differentiable {
        /**
         * The value for the inputs.
         *
         * @param keep takes what the gradient needs besides inputs and output
         */
        NDArray forward(NDArray[] inputs, Consumer<NDArray> keep);

        /**
         * The gradients of the inputs.
         *
         * @param gradient of the output, of its shape and precision
         * @return one for each input, of its shape and precision; those of inputs that need none are ignored and may be null
         */
        NDArray[] backward(Kept kept, NDArray gradient);
    }

    /**
     * What the gradient of a {@link Differentiable} is computed from.
     *
     * @param inputs as given to it
     * @param output what it returned
     * @param more   what it kept, in that order
     */
    public record Kept(NDArray[] inputs, NDArray output, List<NDArray> more) {}

    /**
     * A place where the record is cut, for several values together: what lies before them is passed once, after all that
     * uses them. Where nothing is recorded it does nothing.
     */
    public static final class Junction implements Piece {
        private final List<NDArray> before = new ArrayList<>();
        private final List<NDArray> behind = new ArrayList<>();

        private Junction() {}

        /**
         * @return {@code x} as a fresh start of the record, sharing its memory; {@code x} itself if it needs no gradient
         */
        public NDArray cut(NDArray x) {
            if (!records(x)) {
                return x;
            }
            NDArray start = start(x);
            before.add(held(x));
            behind.add(held(start));
            return start;
        }

        @Override
        public void backward(boolean last) {
            List<NDArray> gradients = behind.stream().map(Autograd::gradient).toList();
            Autograd.backward(before, gradients, !last);
        }

        @Override
        public void close() {
            before.forEach(NDArray::close);
            behind.forEach(NDArray::close);
        }
    }

    /** A function in the record. */
    private record Applied(Differentiable function, Kept kept) implements Piece {
        @Override
        public void backward(boolean last) {
            NDArray[] inputs = kept.inputs();
            NDArray[] gradients = function.backward(kept, gradient(kept.output()));
            List<NDArray> needing = new ArrayList<>();
            List<NDArray> theirs = new ArrayList<>();
            for (int i = 0; i < inputs.length; i++) {
                if (needsGradient(inputs[i])) {
                    needing.add(inputs[i]);
                    theirs.add(gradients[i]);
                }
            }
            Autograd.backward(needing, theirs, !last);
        }

        @Override
        public void close() {
            for (NDArray input : kept.inputs()) {
                input.close();
            }
            kept.output().close();
            kept.more().forEach(NDArray::close);
        }
    }

    /** Keeps only the inputs, and records the function when its gradients are asked for. */
    private record Recomputed(Function<NDArray[], NDArray> function) implements Differentiable {
        @Override
        public NDArray forward(NDArray[] inputs, Consumer<NDArray> keep) {
            return function.apply(inputs);
        }

        @Override
        public NDArray[] backward(Kept kept, NDArray gradient) {
            NDArray[] inputs = kept.inputs();
            NDArray[] starts = new NDArray[inputs.length];
            try (Autograd again = record()) {
                for (int i = 0; i < inputs.length; i++) {
                    starts[i] = needsGradient(inputs[i]) ? start(inputs[i]) : inputs[i];
                }
                NDArray output = function.apply(starts);
                if (needsGradient(output)) { // not where what it uses besides its inputs is not trained after all
                    again.backward(List.of(output), List.of(gradient));
                }
            }
            NDArray[] gradients = new NDArray[inputs.length];
            for (int i = 0; i < inputs.length; i++) {
                gradients[i] = needsGradient(inputs[i]) ? gradient(starts[i]) : null;
            }
            return gradients;
        }
    }

    private Autograd() {
        Torch.prepare();
        outerMode = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        OPEN.set(this);
    }

    /** Starts recording; close it to stop. */
    public static Autograd record() {
        return new Autograd();
    }

    /** Whether what is computed from {@code x} now is recorded. */
    public static boolean records(NDArray x) {
        return recording() && (OPEN.get().starts.contains(x) || needsGradient(x));
    }

    private static boolean recording() {
        return OPEN.get() != null && JniUtils.isGradMode();
    }

    /** A place where several values are cut, before all that is recorded from now on. */
    public static Junction junction() {
        var junction = new Junction();
        if (OPEN.get() != null) {
            OPEN.get().tape.addLast(junction);
        }
        return junction;
    }

    /** Cuts the record at one value, see {@link Junction#cut}; one that is where it begins is returned as it is. */
    public static NDArray cut(NDArray x) {
        return recording() && !OPEN.get().starts.contains(x) && is(x, COMPUTED)
                ? junction().cut(x)
                : x;
    }

    /**
     * Applies a function with a derivative of its own. Where no input needs a gradient, or nothing is recorded, this is
     * just its forward.
     *
     * @param inputs should be used nowhere else, or be {@linkplain #cut cut}
     */
    public static NDArray apply(Differentiable function, NDArray... inputs) {
        return Arrays.stream(inputs).anyMatch(Autograd::records)
                ? applied(function, inputs)
                : function.forward(inputs, kept -> {});
    }

    private static NDArray applied(Differentiable function, NDArray... inputs) {
        Autograd open = OPEN.get();
        NDArray output;
        List<NDArray> more = new ArrayList<>();
        JniUtils.setGradMode(false);
        try {
            output = function.forward(inputs, array -> more.add(held(array)));
        } finally {
            JniUtils.setGradMode(true);
        }
        JniUtils.attachGradient((PtNDArray) output, true);
        open.starts.add(output);
        NDArray[] kept = new NDArray[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            kept[i] = held(inputs[i]);
        }
        open.tape.addLast(new Applied(function, new Kept(kept, held(output), more)));
        return output;
    }

    /**
     * Applies a function of which only the inputs are kept: it is computed again for its gradients, which are exactly
     * those without. Trained arrays that it uses besides its inputs get theirs.
     *
     * @param function makes the same of the same inputs, and a new array
     * @param inputs   see {@link #apply}
     */
    public static NDArray recomputed(Function<NDArray[], NDArray> function, NDArray... inputs) {
        return apply(new Recomputed(function), inputs);
    }

    /** {@link #recomputed} for a function of trained arrays, whose inputs need no gradient or may need one. */
    public static NDArray recomputedTrained(Function<NDArray[], NDArray> function, NDArray... inputs) {
        return recording() ? applied(new Recomputed(function), inputs) : function.apply(inputs);
    }

    /**
     * Adds {@code weight} · d{@code loss}/d{@code x} to the gradient of every array {@code x} that needs one. What was
     * recorded is used up.
     *
     * @param loss a scalar; whatever was cut or has a derivative of its own must lead to it
     */
    public void backward(NDArray loss, double weight) {
        try (NDArray seed = Torch.of(loss.getManager(), new float[] {(float) weight}, loss.getShape())) {
            backward(List.of(loss), List.of(seed));
        }
    }

    /** {@link #backward(NDArray, double)} with weight 1. */
    public void backward(NDArray loss) {
        backward(loss, 1);
    }

    private void backward(List<NDArray> ends, List<NDArray> gradients) {
        JniUtils.setGradMode(false);
        try {
            backward(ends, gradients, !tape.isEmpty());
            while (!tape.isEmpty()) {
                try (Piece piece = tape.removeLast();
                        Scope scope = new Scope()) {
                    piece.backward(tape.isEmpty());
                }
            }
        } finally {
            JniUtils.setGradMode(true);
        }
    }

    /** @param keep whether the graph may be passed again; it is freed with the handles then */
    private static void backward(List<NDArray> ends, List<NDArray> gradients, boolean keep) {
        if (ends.isEmpty()) {
            return;
        }
        ScriptFunction function =
                BACKWARD.computeIfAbsent(ends.size() + " " + keep, key -> backwardOf(ends.size(), keep));
        NDArray[] arguments = new NDArray[2 * ends.size()];
        for (int i = 0; i < ends.size(); i++) {
            arguments[i] = ends.get(i);
            arguments[ends.size() + i] = gradients.get(i);
        }
        function.call(arguments).close();
    }

    private static ScriptFunction backwardOf(int count, boolean keep) {
        List<String> ends = IntStream.range(0, count).mapToObj(i -> "x" + i).toList();
        List<String> gradients =
                IntStream.range(0, count).mapToObj(i -> "g" + i).toList();
        List<String> parameters = new ArrayList<>(ends);
        parameters.addAll(gradients);
        return ScriptFunction.compile(
                parameters.toArray(String[]::new),
                gradients.stream().collect(Collectors.joining(", ", "g = annotate(List[Optional[Tensor]], [", "])")),
                "torch.autograd.backward([" + String.join(", ", ends) + "], g, " + (keep ? "True" : "False") + ")",
                "return x0");
    }

    private static boolean needsGradient(NDArray x) {
        return is(x, NEEDS_GRADIENT);
    }

    private static boolean is(NDArray x, ScriptFunction property) {
        try (NDArray answer = property.call(x)) {
            return answer.getBoolean();
        }
    }

    private static NDArray start(NDArray x) {
        NDArray start = x.stopGradient();
        JniUtils.attachGradient((PtNDArray) start, true);
        OPEN.get().starts.add(start);
        return start;
    }

    private static NDArray gradient(NDArray x) {
        return JniUtils.getGradient((PtNDArray) x);
    }

    /** A handle of the tape's own to the same array. */
    private static NDArray held(NDArray x) {
        NDArray handle = SAME.call(x);
        NDScope.unregister(handle);
        return handle;
    }

    @Override
    public void close() {
        tape.forEach(Piece::close);
        tape.clear();
        OPEN.set(outer);
        JniUtils.setGradMode(outerMode);
    }
}
