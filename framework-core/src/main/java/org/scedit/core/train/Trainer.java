package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.EmaDecay;
import org.scedit.core.diffusion.LearningRate;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

/**
 * Optimizer steps on an objective, and all the state they need: a trainer restored from {@link #save} goes on exactly
 * where it was. Close it to free the optimizer's arrays.
 */
public final class Trainer implements AutoCloseable {
    /**
     * @param accumulate   batches in one optimizer step, at least 1
     * @param learningRate of each optimizer step
     * @param adam         the optimizer's
     * @param clipNorm     largest norm of all gradients together; 0 = off
     * @param emaDecay     limit of the decay of the weights' moving average; 0 = off
     */
    public record Settings(
            int accumulate, LearningRate learningRate, AdamW.Settings adam, double clipNorm, double emaDecay) {}

    /**
     * What a step did.
     *
     * @param loss         mean over its batches
     * @param gradientNorm of all gradients together, before clipping
     * @param learningRate it was made with
     * @param seconds      it took
     * @param backwardSeconds of them those of the gradients
     */
    public record StepResult(
            double loss, double gradientNorm, double learningRate, double seconds, double backwardSeconds) {
        /** The same, in so many seconds. */
        public StepResult with(double seconds) {
            return new StepResult(loss, gradientNorm, learningRate, seconds, backwardSeconds);
        }
    }

    private static final ScriptFunction AVERAGE = ScriptFunction.compile(
            new String[] {"average", "w", "share"},
            "return torch.sub_(average, torch.mul(torch.sub(average, w), share))");

    private final Objective objective;
    private final Settings settings;
    private final NDManager manager = Torch.newManager();
    private final AdamW optimizer;
    private final Map<String, NDArray> averages = new LinkedHashMap<>();
    private int step;

    /** Starts with the objective's weights as they are. */
    public Trainer(Objective objective, Settings settings) {
        this.objective = objective;
        this.settings = settings;
        optimizer = new AdamW(objective.trainables(), settings.adam(), manager);
        if (settings.emaDecay() > 0) {
            for (Trainable trainable : objective.trainables()) {
                averages.put(trainable.name(), manager.zeros(trainable.value().getShape()));
            }
        }
    }

    /** Optimizer steps done. */
    public int steps() {
        return step;
    }

    /**
     * Makes the next optimizer step.
     *
     * @throws UserException if the loss or a gradient is not a finite number; the weights are then as before the step
     */
    public StepResult step() {
        double loss = 0;
        long start = System.nanoTime();
        long backward = 0;
        try (NDManager scratch = manager.newSubManager()) {
            for (int i = 0; i < settings.accumulate(); i++) {
                try (Autograd autograd = Autograd.record();
                        Scope scope = new Scope()) {
                    NDArray each = objective.loss((long) step * settings.accumulate() + i, scratch);
                    loss += Torch.floats(each)[0] / settings.accumulate(); // waits for the forward pass
                    long forwardDone = System.nanoTime();
                    autograd.backward(each, 1.0 / settings.accumulate());
                    Torch.synchronise();
                    backward += System.nanoTime() - forwardDone;
                }
            }
            double norm = optimizer.gradientNorm();
            if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
                throw diverged(loss);
            }
            // the reference: clip_grad_norm_ multiplies by max / (norm + 1e-6) where that is below 1
            double divisor = (norm + 1e-6) / settings.clipNorm();
            if (settings.clipNorm() > 0 && divisor > 1) {
                optimizer.divideGradients(divisor, scratch);
            }
            double learningRate = settings.learningRate().at(step);
            optimizer.step(learningRate, scratch);
            average(scratch);
            step++;
            return new StepResult(loss, norm, learningRate, (System.nanoTime() - start) / 1e9, backward / 1e9);
        }
    }

    private void average(NDManager scratch) {
        if (averages.isEmpty()) {
            return;
        }
        double share = 1 - EmaDecay.upTo(settings.emaDecay()).at(step);
        try (Scope scope = new Scope()) {
            NDArray by = Torch.of(scratch, new float[] {(float) share}, new Shape());
            for (Trainable trainable : objective.trainables()) {
                AVERAGE.call(averages.get(trainable.name()), trainable.value(), by);
            }
        }
    }

    private UserException diverged(double loss) {
        String culprit = "the loss";
        for (Trainable trainable : objective.trainables()) {
            if (!finite(trainable.value())) {
                culprit = "the weight " + trainable.name();
                break;
            }
            if (trainable.value().hasGradient() && !finite(trainable.value().getGradient())) {
                culprit = "the gradient of " + trainable.name();
                break;
            }
        }
        return new UserException("step " + (step + 1) + ": the loss is " + loss + " and " + culprit
                + " is the first that is not finite; lower train.learning_rate or set train.clip_norm, then go on from the"
                + " last checkpoint with --resume");
    }

    private static boolean finite(NDArray array) {
        for (float value : Torch.floats(array)) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** The moving averages of the weights by name; empty where they are off. */
    public Map<String, NDArray> averages() {
        return averages;
    }

    /** Puts the moving averages in the weights' place; nothing where they are off. */
    public void useAverages() {
        for (Trainable trainable : objective.trainables()) {
            NDArray average = averages.get(trainable.name());
            if (average != null) {
                Torch.overwrite(trainable.value(), Torch.floats(average));
            }
        }
    }

    /** Writes all state to a folder. */
    public void save(Path folder) {
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        state().forEach((name, array) -> tensors.put(
                name,
                SafetensorsWriter.Tensor.f32(
                        Torch.floats(array), array.getShape().getShape())));
        objective
                .state()
                .forEach((name, values) ->
                        tensors.put("objective." + name, SafetensorsWriter.Tensor.f32(values, values.length)));
        SafetensorsWriter.write(folder.resolve("state.safetensors"), tensors, Map.of("step", Integer.toString(step)));
    }

    /**
     * Goes on from a folder that {@link #save} wrote.
     *
     * @throws UserException if it was written by a training of other weights
     */
    public void restore(Path folder) {
        SafetensorsFile file = SafetensorsFile.open(folder.resolve("state.safetensors"));
        Map<String, NDArray> state = state();
        List<String> problems = new ArrayList<>();
        state.forEach((name, array) -> {
            var entry = file.entries().get(name);
            if (entry == null || !new Shape(entry.shape()).equals(array.getShape())) {
                problems.add(file.path() + ": '" + name + "' is "
                        + (entry == null ? "missing" : new Shape(entry.shape()) + ", expected " + array.getShape()));
            }
        });
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "the training cannot go on from here");
        }
        state.forEach((name, array) -> Torch.overwrite(array, file.floats(name)));
        Map<String, float[]> learned = new HashMap<>();
        for (String name : file.entries().keySet()) {
            if (name.startsWith("objective.")) {
                learned.put(name.substring("objective.".length()), file.floats(name));
            }
        }
        objective.restore(learned);
        step = Integer.parseInt(file.metadata().get("step"));
        optimizer.setSteps(step);
    }

    private Map<String, NDArray> state() {
        Map<String, NDArray> state = new LinkedHashMap<>();
        objective.trainables().forEach(trainable -> state.put("weights." + trainable.name(), trainable.value()));
        optimizer.state().forEach(state::put);
        averages.forEach((name, array) -> state.put("average." + name, array));
        return state;
    }

    @Override
    public void close() {
        manager.close();
    }
}
