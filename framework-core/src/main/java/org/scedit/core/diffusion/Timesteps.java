package org.scedit.core.diffusion;

import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

/** The timesteps a sampler visits, noisiest first (arXiv:2305.08891, table 2). Halves round to even, as in numpy. */
final class Timesteps {
    private Timesteps() {}

    /**
     * Whole timesteps in 0..T-1, for samplers that divide T by the number of steps.
     *
     * @throws UserException if there are fewer timesteps than steps
     */
    static double[] of(SchedulerConfig config, int steps) {
        return divided(config, steps, Math::rint);
    }

    /** As {@link #of}, but {@code linspace} is not rounded. */
    static double[] fractional(SchedulerConfig config, int steps) {
        return divided(config, steps, timestep -> (float) timestep);
    }

    private static double[] divided(SchedulerConfig config, int steps, DoubleUnaryOperator rounded) {
        int count = config.numTrainTimesteps();
        require(steps, count);
        return switch (config.timestepSpacing()) {
            case LEADING -> leading(config, steps);
            case LINSPACE ->
                descending(steps, i -> steps == 1 ? 0 : rounded.applyAsDouble(i * ((count - 1.0) / (steps - 1))));
            case TRAILING -> trailing(config, count, steps);
        };
    }

    /**
     * Whole timesteps for samplers that divide T by one more than the number of steps and leave out the cleanest.
     *
     * @param count the first of T timesteps that may be visited
     * @throws UserException if there are fewer timesteps than steps
     */
    static double[] ofOneMore(SchedulerConfig config, int count, int steps) {
        require(steps, config.timestepSpacing() == TimestepSpacing.TRAILING ? count : count - 1);
        return switch (config.timestepSpacing()) {
            case LEADING -> {
                int stride = count / (steps + 1);
                requireRoom(config, steps * stride + config.stepsOffset(), steps);
                yield descending(steps, i -> (i + 1.0) * stride + config.stepsOffset());
            }
            case LINSPACE -> descending(steps, i -> Math.rint((i + 1) * ((count - 1.0) / steps)));
            case TRAILING -> trailing(config, count, steps);
        };
    }

    private static double[] leading(SchedulerConfig config, int steps) {
        int stride = config.numTrainTimesteps() / steps;
        requireRoom(config, (steps - 1) * stride + config.stepsOffset(), steps);
        return descending(steps, i -> (double) i * stride + config.stepsOffset());
    }

    private static double[] trailing(SchedulerConfig config, int count, int steps) {
        double stride = (double) config.numTrainTimesteps() / steps;
        return IntStream.range(0, steps)
                .mapToDouble(i -> Math.rint(count - i * stride) - 1)
                .filter(timestep -> timestep >= 0)
                .toArray();
    }

    private static void require(int steps, int count) {
        if (steps < 1 || steps > count) {
            throw new UserException(
                    "sampling steps must be from 1 to the model's " + count + " noise levels, got " + steps);
        }
    }

    private static void requireRoom(SchedulerConfig config, int noisiest, int steps) {
        if (noisiest >= config.numTrainTimesteps()) {
            throw new UserException(steps + " sampling steps with leading spacing and steps_offset "
                    + config.stepsOffset() + " go past the last of " + config.numTrainTimesteps()
                    + " noise levels; use fewer steps or trailing spacing");
        }
    }

    private static double[] descending(int steps, IntToDoubleFunction value) {
        return IntStream.range(0, steps)
                .map(i -> steps - 1 - i)
                .mapToDouble(value)
                .toArray();
    }
}
