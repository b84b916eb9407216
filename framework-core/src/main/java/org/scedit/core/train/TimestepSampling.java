package org.scedit.core.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;

/** How the timesteps of a training batch are drawn. Pure functions of seed and batch. */
public sealed interface TimestepSampling {
    /**
     * @param count     how many
     * @param timesteps of the noise schedule
     * @param seed      of the training
     * @param batch     the batch's number
     * @return each from 0 to {@code timesteps - 1}
     */
    int[] draw(int count, int timesteps, long seed, long batch);

    /** Every timestep is as likely as any other. */
    record Uniform() implements TimestepSampling {
        @Override
        public int[] draw(int count, int timesteps, long seed, long batch) {
            var random = new java.util.SplittableRandom(Randomness.seed(seed, "timesteps", batch));
            return random.ints(count, 0, timesteps).toArray();
        }
    }

    /**
     * {@code t / timesteps = sigmoid(mean + deviation · n)} with n from the normal distribution (Esser et al. 2024,
     * arXiv:2403.03206, section 3.1): more of the middle, where a picture takes its form, and less of both ends.
     *
     * @param mean      0 is half of the timesteps, below is less noise
     * @param deviation above 0
     */
    record LogitNormal(double mean, double deviation) implements TimestepSampling {
        @Override
        public int[] draw(int count, int timesteps, long seed, long batch) {
            float[] normal;
            try (NDManager manager = Torch.newManager();
                    Scope scope = new Scope()) {
                normal = Torch.floats(
                        Torch.normal(manager, Randomness.seed(seed, "timesteps", batch), new Shape(count)));
            }
            int[] drawn = new int[count];
            for (int i = 0; i < count; i++) {
                double share = 1 / (1 + StrictMath.exp(-(mean + deviation * normal[i])));
                drawn[i] = Math.min(timesteps - 1, (int) (share * timesteps));
            }
            return drawn;
        }
    }
}
