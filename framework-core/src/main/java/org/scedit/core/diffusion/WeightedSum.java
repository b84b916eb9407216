package org.scedit.core.diffusion;

/** A sum of weighted samples in double precision, written as the papers do: {@code of(a, x).plus(b, y).floats()}. */
final class WeightedSum {
    private final double[] sum;

    private WeightedSum(int length) {
        sum = new double[length];
    }

    static WeightedSum of(double weight, float[] sample) {
        return new WeightedSum(sample.length).plus(weight, sample);
    }

    WeightedSum plus(double weight, float[] sample) {
        if (sample.length != sum.length) {
            throw new IllegalArgumentException("samples of " + sum.length + " and " + sample.length + " values");
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] += weight * sample[i];
        }
        return this;
    }

    float[] floats() {
        float[] values = new float[sum.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) sum[i];
        }
        return values;
    }
}
