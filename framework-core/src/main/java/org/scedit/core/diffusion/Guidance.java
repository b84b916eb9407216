package org.scedit.core.diffusion;

/** Classifier-free guidance, on the flat model outputs of one picture. */
public final class Guidance {
    private Guidance() {}

    /**
     * Pushes the prediction away from the unconditional one (Ho and Salimans 2022, arXiv:2207.12598):
     * <pre>unconditional + guidanceScale · (conditional − unconditional)</pre>
     *
     * @param unconditional model output for the negative (or empty) prompt
     * @param conditional   model output for the prompt, as long
     * @param guidanceScale 1 is the conditional prediction; above 1 follows the prompt more closely
     */
    public static float[] classifierFree(float[] unconditional, float[] conditional, double guidanceScale) {
        requireSameLength(unconditional, conditional);
        float[] guided = new float[conditional.length];
        for (int i = 0; i < guided.length; i++) {
            guided[i] = (float) (unconditional[i] + guidanceScale * (conditional[i] - unconditional[i]));
        }
        return guided;
    }

    /**
     * Brings the spread of a guided prediction back towards the conditional one's, which strong guidance inflates (Lin
     * et al. 2023, arXiv:2305.08891, eq. 15 and 16):
     * <pre>φ · guided · std(conditional)/std(guided) + (1−φ) · guided</pre>
     *
     * @param rescale φ, 0 (nothing changes) to 1
     */
    public static float[] rescale(float[] guided, float[] conditional, double rescale) {
        requireSameLength(guided, conditional);
        double ratio = standardDeviation(conditional) / standardDeviation(guided);
        double factor = rescale * ratio + (1 - rescale);
        float[] rescaled = new float[guided.length];
        for (int i = 0; i < rescaled.length; i++) {
            rescaled[i] = (float) (factor * guided[i]);
        }
        return rescaled;
    }

    /** Unbiased, over the whole picture. */
    private static double standardDeviation(float[] values) {
        double mean = 0;
        for (float value : values) {
            mean += value;
        }
        mean /= values.length;
        double squares = 0;
        for (float value : values) {
            squares += (value - mean) * (value - mean);
        }
        return Math.sqrt(squares / (values.length - 1));
    }

    private static void requireSameLength(float[] one, float[] other) {
        if (one.length != other.length) {
            throw new IllegalArgumentException("predictions of " + one.length + " and " + other.length + " values");
        }
    }
}
