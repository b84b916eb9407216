package org.scedit.plugins.featuremeasures;

/** Rows of features, checked once, in double precision. */
final class Features {
    private Features() {}

    /**
     * @param features one row for each picture
     * @throws IllegalArgumentException if the rows differ in length, or hold what is no finite number
     */
    static double[][] of(float[][] features) {
        double[][] rows = new double[features.length][];
        for (int i = 0; i < features.length; i++) {
            if (features[i].length != features[0].length) {
                throw new IllegalArgumentException("the feature network gave rows of " + features[0].length + " and of "
                        + features[i].length + " numbers");
            }
            rows[i] = new double[features[i].length];
            for (int j = 0; j < rows[i].length; j++) {
                if (!Float.isFinite(features[i][j])) {
                    throw new IllegalArgumentException(
                            "the feature network gave " + features[i][j] + " for picture " + (i + 1));
                }
                rows[i][j] = features[i][j];
            }
        }
        return rows;
    }

    /**
     * Refuses sets that are too small for a measure.
     *
     * @param why what is wrong with fewer
     * @throws IllegalArgumentException that says how many there are and how many it takes
     */
    static void require(int least, double[][] drawn, double[][] references, String why) {
        if (Math.min(drawn.length, references.length) < least) {
            throw new IllegalArgumentException("it takes at least " + least + " drawn and " + least
                    + " held-out pictures, got " + drawn.length + " and " + references.length + ": " + why);
        }
    }

    static double product(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += one[i] * other[i];
        }
        return sum;
    }
}
