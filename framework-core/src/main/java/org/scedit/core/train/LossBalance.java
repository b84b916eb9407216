package org.scedit.core.train;

/**
 * Weights that make every noise level count alike: a sample's loss is divided by the running mean loss of its timestep's
 * bin. An epsilon loss is tiny at high noise, where the text decides what is drawn; without this a small model trained
 * from nothing never learns to read.
 */
final class LossBalance {
    private static final int BINS = 50;
    private static final float FLOOR = 2e-5f;
    private static final float KEEP = 0.98f;

    private final int timesteps;
    private final float[] means = new float[BINS];

    LossBalance(int timesteps) {
        this.timesteps = timesteps;
        java.util.Arrays.fill(means, 1);
    }

    /** Multiplies each sample's weight by 1 / its bin's mean, then takes its loss into that mean. */
    void weigh(float[] weights, int[] times, float[] losses) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= Math.max(FLOOR, means[bin(times[i])]);
        }
        for (int i = 0; i < weights.length; i++) {
            if (Float.isFinite(losses[i])) {
                int bin = bin(times[i]);
                means[bin] = KEEP * means[bin] + (1 - KEEP) * losses[i];
            }
        }
    }

    private int bin(int timestep) {
        return timestep * BINS / timesteps;
    }

    float[] means() {
        return means.clone();
    }

    void restore(float[] saved) {
        System.arraycopy(saved, 0, means, 0, BINS);
    }
}
