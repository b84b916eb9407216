package org.scedit.core.diffusion;

import java.util.Arrays;

/**
 * The model's output, whatever it predicts, as both things a sampler's equations are written in. Converting once, here,
 * keeps the samplers free of cases.
 *
 * @param original predicted x_0, clipped or thresholded if the configuration says so
 * @param noise    predicted ε, as the model said it: not corrected for clipping
 */
record Denoised(float[] original, float[] noise) {
    static Denoised of(SchedulerConfig config, double alphaBar, float[] modelOutput, float[] sample) {
        if (modelOutput.length != sample.length) {
            throw new IllegalArgumentException(
                    "sample of " + sample.length + " values, model output of " + modelOutput.length);
        }
        double signal = Math.sqrt(alphaBar);
        double sigma = Math.sqrt(1 - alphaBar);
        float[] original = new float[sample.length];
        float[] noise = new float[sample.length];
        for (int i = 0; i < sample.length; i++) {
            double x = sample[i];
            double output = modelOutput[i];
            switch (config.predictionType()) {
                case EPSILON -> {
                    original[i] = (float) ((x - sigma * output) / signal);
                    noise[i] = modelOutput[i];
                }
                case V_PREDICTION -> {
                    original[i] = (float) (signal * x - sigma * output);
                    noise[i] = (float) (signal * output + sigma * x);
                }
                case SAMPLE -> {
                    original[i] = modelOutput[i];
                    noise[i] = (float) ((x - signal * output) / sigma);
                }
            }
        }
        return new Denoised(bounded(config, original), noise);
    }

    private static float[] bounded(SchedulerConfig config, float[] original) {
        if (config.thresholding()) {
            // Imagen, arXiv:2205.11487, 2.3: clip to the quantile s of |x_0|, and divide by it
            double quantile = quantile(original, config.dynamicThresholdingRatio());
            float bound = (float) Math.min(Math.max(quantile, 1), config.sampleMaxValue());
            float[] clipped = clipped(original, bound);
            for (int i = 0; i < clipped.length; i++) {
                clipped[i] /= bound;
            }
            return clipped;
        }
        return config.clipSample() ? clipped(original, (float) config.clipSampleRange()) : original;
    }

    private static float[] clipped(float[] values, float bound) {
        float[] clipped = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            clipped[i] = Math.max(-bound, Math.min(bound, values[i]));
        }
        return clipped;
    }

    /** Of the absolute values, linear between the two nearest. */
    private static double quantile(float[] values, double ratio) {
        float[] sorted = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            sorted[i] = Math.abs(values[i]);
        }
        Arrays.sort(sorted);
        double position = ratio * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
