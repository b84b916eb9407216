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
 * AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101) through libtorch's fused kernel: the numbers of
 * {@code torch.optim.AdamW}.
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

    private record Moments(Trainable weights, NDArray mean, NDArray square, NDArray steps) {}

    /**
     * @param trainables what is trained
     * @param manager    owns the moments: twice the size of the weights
     */
    public AdamW(List<Trainable> trainables, Settings settings, NDManager manager) {
        for (Trainable trainable : trainables) {
            Shape shape = trainable.value().getShape();
            moments.add(new Moments(
                    trainable, manager.zeros(shape), manager.zeros(shape), manager.zeros(new Shape())));
        }
        update = ScriptFunction.compile(
                new String[] {"w", "g", "m", "v", "steps", "lr"},
                String.format(
                        Locale.ROOT,
                        "_0 = torch._fused_adamw_([w], [g], [m], [v], annotate(List[Tensor], []), [steps], lr=lr, "
                                + "beta1=%.17e, beta2=%.17e, weight_decay=%.17e, eps=%.17e, amsgrad=False, "
                                + "maximize=False, grad_scale=None, found_inf=None)",
                        settings.beta1(),
                        settings.beta2(),
                        settings.weightDecay(),
                        settings.epsilon()),
                "return w");
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
                double norm = NORM.call(each.weights().value().getGradient()).getFloat();
                sum += norm * norm;
            }
            return Math.sqrt(sum);
        }
    }

    /** Divides every gradient in place, as clipping does. */
    public void divideGradients(double divisor, NDManager step) {
        try (Scope scope = new Scope()) {
            NDArray by = Torch.of(step, new float[] {(float) divisor}, new Shape());
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
        try (Scope scope = new Scope()) {
            NDArray lr = Torch.of(step, new float[] {(float) learningRate}, new Shape());
            for (Moments each : moments) {
                NDArray gradient = each.weights().value().getGradient();
                update.call(each.weights().value(), gradient, each.mean(), each.square(), each.steps(), lr);
                gradient.subi(gradient);
            }
        }
    }

    /** Everything a resumed run needs besides the weights, by name: the moments and the step counts. */
    public Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        for (Moments each : moments) {
            state.put("mean." + each.weights().name(), each.mean());
            state.put("square." + each.weights().name(), each.square());
            state.put("steps." + each.weights().name(), each.steps());
        }
        return state;
    }
}
