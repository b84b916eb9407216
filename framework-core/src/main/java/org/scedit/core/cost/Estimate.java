package org.scedit.core.cost;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.scedit.core.cost.Count.Pass;
import org.scedit.core.engine.Precision;

/**
 * The memory and the time of a training step, from what it does.
 *
 * <p>The coefficients were fitted to steps of Stable Diffusion 1.5 that {@code scedit bench} measured on two cores:
 * SC-Tuner, CSC-Tuner, LoRA, ControlNet and all weights, float32 and bfloat16, and SC-Tuner over batches of 1 to 8 and
 * latents of 32 to 96; {@code PlanTest} holds them to within 15 % of those. For a U-Net of half the channels the memory came
 * out within 4 %. A faster kernel changes {@link #SPEEDS}, another way of keeping activations {@link DryOps}.
 *
 * @param frozenBytes     the U-Net's weights
 * @param tunerBytes      trained weights, their gradients and AdamW's moments
 * @param savedBytes      what the forward pass keeps for the backward pass
 * @param workingBytes    what is in memory while an operator runs
 * @param processBytes    Java, libtorch and its code
 * @param equivalent      products of two 2048×2048 matrices that take as long as the step, by their precision
 */
public record Estimate(
        long frozenBytes,
        long tunerBytes,
        long savedBytes,
        long workingBytes,
        long processBytes,
        Map<Precision, Double> equivalent) {

    /** Java and libtorch without any array. */
    private static final long PROCESS = 330L << 20;
    /** Arrays of the largest result's size, in float32, that are in memory at the peak besides what is kept. */
    private static final double WORKING = 5.1;
    /** float32 weight, gradient and the two moments of each trained number. */
    private static final long TRAINED_BYTES = 4L * Float.BYTES;
    /** Bytes that are read and written elsewhere in the time of clipping and AdamW for a trained number. */
    private static final long OPTIMIZER_BYTES = 32;

    /**
     * How fast operators run; these are what a faster kernel changes.
     *
     * @param convolution       share of the matrix rate
     * @param linear            share of the matrix rate
     * @param attentionForward  share of the matrix rate
     * @param attentionBackward share of the matrix rate
     * @param bytesPerOperation bytes that are read and written in the time of an operation at the matrix rate
     */
    private record Speed(
            double convolution,
            double linear,
            double attentionForward,
            double attentionBackward,
            double bytesPerOperation) {}

    private static final Map<Precision, Speed> SPEEDS = new EnumMap<>(Map.of(
            Precision.FLOAT32, new Speed(0.87, 0.97, 0.80, 0.80, 0.05),
            Precision.BFLOAT16, new Speed(0.91, 0.87, 0.45, 0.45, 0.0135)));

    /**
     * What gradient checkpointing leaves of the bytes that are kept: what goes into layers, and one layer's own. From
     * SC-Tuner's peaks, 4,339 in place of 4,647 MiB in float32 and 2,569 in place of 2,746 in bfloat16.
     */
    private static final double CHECKPOINTED = 0.45;

    /** Estimates a step. */
    public static Estimate of(StepCount step) {
        Count count = step.count();
        Precision precision = step.step().precision();
        long weight = precision == Precision.FLOAT32 ? Float.BYTES : Short.BYTES;
        Map<Precision, Double> equivalent = new EnumMap<>(Precision.class);
        for (Precision each : Precision.values()) {
            equivalent.put(each, operations(step, each) / MatrixRate.operations());
        }
        double optimizer =
                OPTIMIZER_BYTES * step.trainedNumbers() / SPEEDS.get(precision).bytesPerOperation();
        equivalent.merge(precision, optimizer / MatrixRate.operations(), Double::sum);
        return new Estimate(
                weight * step.frozen(),
                TRAINED_BYTES * step.trainedNumbers(),
                (long) ((step.step().checkpointing() ? CHECKPOINTED : 1) * count.savedBytes()),
                (long) (WORKING * Float.BYTES * count.largest()),
                PROCESS,
                equivalent);
    }

    /** Operations at the matrix rate that take as long as all work in a precision. */
    private static double operations(StepCount step, Precision precision) {
        Count count = step.count();
        Speed speed = SPEEDS.get(precision);
        double again = step.step().checkpointing()
                ? count.work(Pass.BACKWARD, Kind.CONVOLUTION, precision) / speed.convolution()
                        + count.work(Pass.BACKWARD, Kind.LINEAR, precision) / speed.linear()
                        + count.work(Pass.BACKWARD, Kind.ATTENTION, precision)
                                / DryOps.ATTENTION_BACKWARD
                                / speed.attentionForward()
                : 0;
        ToDoubleFunction<Kind> both =
                kind -> count.work(Pass.FORWARD, kind, precision) + count.work(Pass.BACKWARD, kind, precision);
        return both.applyAsDouble(Kind.CONVOLUTION) / speed.convolution()
                + both.applyAsDouble(Kind.LINEAR) / speed.linear()
                + count.work(Pass.FORWARD, Kind.ATTENTION, precision) / speed.attentionForward()
                + count.work(Pass.BACKWARD, Kind.ATTENTION, precision) / speed.attentionBackward()
                + both.applyAsDouble(Kind.POINTWISE) / speed.bytesPerOperation()
                + again;
    }

    /** The peak of the step's memory. */
    public long bytes() {
        return frozenBytes + tunerBytes + savedBytes + workingBytes + processBytes;
    }

    /**
     * The step's time.
     *
     * @param rates operations in a second of a large matrix product, for each precision that is used
     */
    public double seconds(Map<Precision, Double> rates) {
        return equivalent.entrySet().stream()
                .filter(each -> each.getValue() > 0)
                .mapToDouble(each -> each.getValue() * MatrixRate.operations() / rates.get(each.getKey()))
                .sum();
    }
}
