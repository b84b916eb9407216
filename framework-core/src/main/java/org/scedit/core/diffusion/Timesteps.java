package org.scedit.core.diffusion;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.scedit.core.UserException;

/** The timesteps a sampler visits, noisiest first (arXiv:2305.08891, table 2). Halves round to even, as in numpy. */
final class Timesteps {
    private Timesteps() {}

    /**
     * Whole timesteps in 0..T-1, for samplers that divide T by the number of steps.
     *
     * @throws UserException if there are fewer timesteps than steps
     */
    static double[] of(SchedulerConfig config, int steps) {
        int count = config.numTrainTimesteps();
        if (steps < 1 || steps > count) {
            throw new UserException(
                    "sampling steps must be from 1 to the model's " + count + " noise levels, got " + steps);
        }
        return switch (config.timestepSpacing()) {
            case LEADING -> leading(config, steps);
            case LINSPACE -> descending(steps, i -> steps == 1 ? 0 : Math.rint(i * ((count - 1.0) / (steps - 1))));
            case TRAILING ->
                descending(steps, i -> Math.rint(count - (steps - 1.0 - i) * ((double) count / steps)) - 1);
        };
    }

    private static double[] leading(SchedulerConfig config, int steps) {
        int count = config.numTrainTimesteps();
        int offset = config.stepsOffset();
        if ((steps - 1) * (count / steps) + offset >= count) {
            throw new UserException(steps + " sampling steps with leading spacing and steps_offset " + offset
                    + " go past the last of " + count + " noise levels; use fewer steps or trailing spacing");
        }
        return descending(steps, i -> (double) i * (count / steps) + offset);
    }

    private static double[] descending(int steps, IntToDoubleFunction value) {
        return IntStream.range(0, steps)
                .map(i -> steps - 1 - i)
                .mapToDouble(value)
                .toArray();
    }
}
