package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;

/**
 * AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), operation by operation as {@code torch.optim.AdamW} without
 * fusing, so that the numbers are its numbers.
 * <pre>
 * w ← w · (1 - lr · decay)      m ← m + (1 - β₁)(g - m)      v ← β₂ v + (1 - β₂) g²
 * w ← w - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)
 * </pre>
 * libtorch's fused kernel takes lists of tensors, and TorchScript drops the call as dead code where a list is built from
 * single tensors.
 */
public final class AdamW {
    /**
     * @param beta1       decay of the mean gradient, in [0, 1)
     * @param beta2       decay of the mean squared gradient, in [0, 1)
     * @param epsilon     added to the denominator, positive
     * @param weightDecay per step and unit of learning rate, 0 or more
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {}

    private static final ScriptFunction NORM =
            ScriptFunction.compile(new String[] {"g"}, "return torch.linalg_vector_norm(g)");
    private static final ScriptFunction DIVIDE =
            ScriptFunction.compile(new String[] {"g", "d"}, "return torch.div_(g, d)");

    private final List<Moments> moments = new ArrayList<>();
    private final ScriptFunction update;

    private final Settings settings;
    private long steps;

    private record Moments(Trainable weights, NDArray mean, NDArray square) {}

    /**
     * @param trainables what is trained
     * @param manager    owns the moments: twice the size of the weights
     */
    public AdamW(List<Trainable> trainables, Settings settings, NDManager manager) {
        this.settings = settings;
        for (Trainable trainable : trainables) {
            Shape shape = trainable.value().getShape();
            moments.add(new Moments(trainable, manager.zeros(shape), manager.zeros(shape)));
        }
        update = ScriptFunction.compile(
                new String[] {"w", "g", "m", "v", "keep", "size", "correction"},
                "_0 = torch.mul_(w, keep)",
                String.format(Locale.ROOT, "_1 = torch.lerp_(m, g, %.17e)", 1 - settings.beta1()),
                String.format(
                        Locale.ROOT,
                        "_2 = torch.addcmul_(torch.mul_(v, %.17e), g, g, value=%.17e)",
                        settings.beta2(),
                        1 - settings.beta2()),
                String.format(
                        Locale.ROOT, "d = torch.add_(torch.div(torch.sqrt(v), correction), %.17e)", settings.epsilon()),
                "return torch.sub_(w, torch.mul_(torch.div(m, d), size))");
    }

    /**
     * The norm of all gradients together.
     *
     * @return NaN or infinite if any gradient is
     */
    public double gradientNorm() {
        try (Scope scope = new Scope()) {
            double sum = 0;
            for (Moments each : moments) {
                double norm = Torch.floats(NORM.call(each.weights().value().getGradient()))[0];
                sum += norm * norm;
            }
            return Math.sqrt(sum);
        }
    }

    /** Divides every gradient in place, as clipping does. */
    public void divideGradients(double divisor, NDManager step) {
        try (Scope scope = new Scope()) {
            NDArray by = scalar(step, divisor);
            for (Moments each : moments) {
                DIVIDE.call(each.weights().value().getGradient(), by);
            }
        }
    }

    /**
     * One optimizer step with the gradients as they are, which are then set to zero.
     *
     * @param step a manager that lives as long as the step
     */
    public void step(double learningRate, NDManager step) {
        steps++;
        try (Scope scope = new Scope()) {
            NDArray keep = scalar(step, 1 - learningRate * settings.weightDecay());
            NDArray size = scalar(step, learningRate / (1 - Math.pow(settings.beta1(), steps)));
            NDArray correction = scalar(step, Math.sqrt(1 - Math.pow(settings.beta2(), steps)));
            for (Moments each : moments) {
                NDArray gradient = each.weights().value().getGradient();
                update.call(each.weights().value(), gradient, each.mean(), each.square(), keep, size, correction);
                gradient.subi(gradient);
            }
        }
    }

    private static NDArray scalar(NDManager manager, double value) {
        return Torch.of(manager, new float[] {(float) value}, new Shape());
    }

    /** How many steps were taken. */
    public long steps() {
        return steps;
    }

    /** Continues after {@code steps} steps; the moments are set through {@link #state}. */
    public void setSteps(long steps) {
        this.steps = steps;
    }

    /** The moments by name: what a resumed run needs besides the weights and {@link #steps}. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        for (Moments each : moments) {
            state.put("mean." + each.weights().name(), each.mean());
            state.put("square." + each.weights().name(), each.square());
        }
        return state;
    }
}
