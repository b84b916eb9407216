package org.scedit.core.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.scedit.core.run.Metrics;

/**
 * A run's losses over its steps.
 *
 * @param training   last step of a stretch to the mean training loss in it; the run in at most {@value #STRETCHES}
 *                   stretches, as single losses jump with the timesteps that were drawn
 * @param validation step to the loss on held-out data, at the same noise and timesteps each time
 * @param fitted     step to the loss on training data, measured in the same way as that on held-out data
 */
record LossCourse(
        SortedMap<Integer, Double> training, SortedMap<Integer, Double> validation, SortedMap<Integer, Double> fitted) {
    private static final int STRETCHES = 50;
    private static final String LOSS = "loss";
    private static final String VALIDATION = "validation_loss";
    private static final String FITTED = "training_loss";

    /**
     * Reads them from a run's lines.
     *
     * @param steps that the run is to have; 0 if that is not known
     */
    static LossCourse of(List<Metrics.Line> lines, int steps) {
        int done = lines.isEmpty() ? 0 : lines.get(lines.size() - 1).step();
        int stretch = Math.max(1, (int) Math.ceil((double) Math.max(done, steps) / STRETCHES));
        SortedMap<Integer, List<Double>> losses = new TreeMap<>();
        lines.forEach(line -> {
            Double loss = line.values().get(LOSS);
            if (loss != null) {
                losses.computeIfAbsent((line.step() - 1) / stretch, i -> new ArrayList<>())
                        .add(loss);
            }
        });
        SortedMap<Integer, Double> training = new TreeMap<>();
        losses.forEach((i, values) -> training.put(
                Math.min((i + 1) * stretch, done), Spread.of(values).mean()));
        return new LossCourse(training, values(lines, VALIDATION), values(lines, FITTED));
    }

    private static SortedMap<Integer, Double> values(List<Metrics.Line> lines, String name) {
        SortedMap<Integer, Double> values = new TreeMap<>();
        lines.stream()
                .filter(line -> line.values().containsKey(name))
                .forEach(line -> values.put(line.step(), line.values().get(name)));
        return values;
    }

    /** The last loss on held-out data; empty without validation. */
    Optional<Double> validated() {
        return validation.isEmpty() ? Optional.empty() : Optional.of(validation.get(validation.lastKey()));
    }

    /**
     * How much worse the held-out data were than the training data when both were last measured. It grows where the
     * training data are learnt by heart.
     */
    Optional<Double> gap() {
        return validated().flatMap(held -> Optional.ofNullable(fitted.get(validation.lastKey()))
                .map(trained -> held - trained));
    }
}
