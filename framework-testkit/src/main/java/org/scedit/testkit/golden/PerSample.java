package org.scedit.testkit.golden;

import java.util.Arrays;

/** Applies functions of one sample to flat batches. */
final class PerSample {
    private PerSample() {}

    /** A function of two arrays of one sample and the sample's place in the batch. */
    @FunctionalInterface
    interface Function {
        float[] apply(float[] x, float[] y, int index);
    }

    /** @param size numbers in a sample */
    static float[] map(float[] x, float[] y, int size, Function function) {
        float[] result = new float[x.length];
        for (int i = 0; i < x.length / size; i++) {
            float[] one = function.apply(
                    Arrays.copyOfRange(x, i * size, (i + 1) * size),
                    Arrays.copyOfRange(y, i * size, (i + 1) * size),
                    i);
            System.arraycopy(one, 0, result, i * size, size);
        }
        return result;
    }

    static int[] integers(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
