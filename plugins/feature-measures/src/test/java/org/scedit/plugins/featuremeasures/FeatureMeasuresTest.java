package org.scedit.plugins.featuremeasures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/** Each formula against a case worked by hand, and against torch-fidelity's figures (reference.py beside the tests). */
class FeatureMeasuresTest {
    @Test
    void frechetDistanceOfOneFeature() { // means 1 and 4, deviations 1 and 2: (4 - 1)² + (2 - 1)² = 10
        double[][] one = {{0}, {1}, {2}};
        double[][] other = {{2}, {4}, {6}};
        assertThat(FrechetDistance.between(one, other)).isCloseTo(10, within(1e-12));
    }

    @Test
    void frechetDistanceOfEqualSetsIsNothing() {
        double[][] rows = rows(20, 32, 0, 1);
        assertThat(FrechetDistance.between(rows, rows)).isCloseTo(0, within(1e-12));
    }

    @Test
    void kernelDistanceByHand() {
        // k(0, 1) = 1, k(2, 3) = 343; across: k(0, 2) = k(0, 3) = 1, k(1, 2) = 27, k(1, 3) = 64
        double[][] one = {{0}, {1}};
        double[][] other = {{2}, {3}};
        assertThat(KernelDistance.between(one, other)).isCloseTo(1 + 343 - 2 * 93 / 4.0, within(1e-12));
    }

    @Test
    void kernelDistanceIsNotBiased() {
        // of one distribution, sets of five are at 0 on the average; with the pairs i = j it would be 0.5
        var random = new Random(7);
        double sum = 0;
        for (int i = 0; i < 4000; i++) {
            sum += KernelDistance.between(uniform(random, 5), uniform(random, 5)) / 4000;
        }
        assertThat(sum).isCloseTo(0, within(0.03));
    }

    @Test
    void precisionAndRecallByHand() {
        // with one neighbour, balls around 0 and 1 of radius 1, around 10 of radius 9, so that 20 is out
        double[][] references = {{0}, {1}, {10}};
        double[][] drawn = {{0.5}, {-1}, {20}, {20.5}};
        assertThat(PrecisionRecall.within(drawn, references, 1)).isEqualTo(0.5);
        // balls around 0.5 and -1 of radius 1.5, around 20 and 20.5 of 0.5: 10 is out
        assertThat(PrecisionRecall.within(references, drawn, 1)).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void textSimilarityByHand() { // cosines 1, 0 and 0.6
        double[][] pictures = {{2, 0}, {0, 1}, {3, 4}};
        double[][] texts = {{5, 0}, {1, 0}, {1, 0}};
        assertThat(TextSimilarity.meanCosine(pictures, texts)).isCloseTo(1.6 / 3, within(1e-12));
    }

    @Test
    void figuresOfTorchFidelityForManySamples() {
        double[][] one = rows(200, 8, 0, 1);
        double[][] other = rows(150, 8, 0.4, 1.2);
        assertThat(FrechetDistance.between(one, other)).isCloseTo(0.11388033402146847, within(1e-8));
        assertThat(KernelDistance.between(first(one, 150), other)).isCloseTo(0.1717628348177911, within(1e-8));
        assertThat(PrecisionRecall.within(one, other, 3)).isCloseTo(0.98, within(1e-6));
        assertThat(PrecisionRecall.within(other, one, 3)).isCloseTo(0.66, within(1e-6));
    }

    @Test
    void figuresOfTorchFidelityForFewerSamplesThanFeatures() {
        double[][] one = rows(12, 32, 0, 1);
        double[][] other = rows(10, 32, 0.4, 1.2);
        // there the eigenvalues that should be 0 are rounding errors, whose square roots are about 1e-8
        assertThat(FrechetDistance.between(one, other)).isCloseTo(5.010767298485156, within(1e-6));
        assertThat(KernelDistance.between(first(one, 10), other)).isCloseTo(2.9561824462808772, within(1e-8));
        assertThat(PrecisionRecall.within(one, other, 3)).isEqualTo(1);
        assertThat(PrecisionRecall.within(other, one, 3)).isCloseTo(0.3, within(1e-6));
    }

    @Test
    void tooFewPicturesAreRefused() {
        assertThatThrownBy(() -> new FrechetDistance().measure(new FrechetConfig(50), drawn(20, 60)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("it takes at least 50 drawn and 50 held-out pictures, got 20 and 60: of fewer, most of the"
                        + " Fréchet distance is the sets' smallness; draw more, take kernel-distance, which is not"
                        + " biased, or lower min_samples");
        assertThatThrownBy(() -> new KernelDistance().measure(new KernelConfig(), drawn(1, 60)))
                .hasMessage("it takes at least 2 drawn and 2 held-out pictures, got 1 and 60: the kernel distance"
                        + " compares pairs within each set");
        assertThatThrownBy(() -> new PrecisionRecall().measure(new PrecisionRecallConfig(3), drawn(20, 3)))
                .hasMessage(
                        "it takes at least 4 drawn and 4 held-out pictures, got 20 and 3: each needs 3 neighbours in"
                                + " its set; draw more, or lower neighbours");
        assertThatThrownBy(() -> new TextSimilarity().measure(new TextSimilarityConfig(), drawn(0, 3)))
                .hasMessage("it takes at least 1 drawn picture, got none");
    }

    @Test
    void valuesTellHowManyPicturesTheyAreOf() {
        assertThat(new FrechetDistance().measure(new FrechetConfig(50), drawn(60, 50)))
                .containsExactly(new Measure.Value("Fréchet distance", 0.0625, Measure.Better.LOWER, 50));
        assertThat(new TextSimilarity().measure(new TextSimilarityConfig(), drawn(7, 0)))
                .containsExactly(new Measure.Value("text similarity", -1, Measure.Better.HIGHER, 7));
    }

    @Test
    void brokenFeaturesAreRefused() {
        assertThatThrownBy(() -> Features.of(new float[][] {{1, 2}, {3}}))
                .hasMessage("the feature network gave rows of 2 and of 1 numbers");
        assertThatThrownBy(() -> Features.of(new float[][] {{1}, {Float.NaN}}))
                .hasMessage("the feature network gave NaN for picture 2");
    }

    /** The rows of {@code reference.py}. */
    private static double[][] rows(int count, int width, double phase, double spread) {
        double[][] rows = new double[count][width];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < width; j++) {
                double mixed = Math.sin(12.9898 * i + 78.233 * j + phase) * 43758.5453;
                rows[i][j] = spread * (mixed - Math.floor(mixed)) + 0.1 * j;
            }
        }
        return rows;
    }

    private static double[][] first(double[][] rows, int count) {
        return java.util.Arrays.copyOf(rows, count);
    }

    private static double[][] uniform(Random random, int count) {
        double[][] rows = new double[count][2];
        for (double[] row : rows) {
            row[0] = 2 * random.nextDouble() - 1;
            row[1] = 2 * random.nextDouble() - 1;
        }
        return rows;
    }

    /** Drawn pictures have the feature 0.5, held-out ones 0.25, texts -1. */
    private static Drawn drawn(int pictures, int references) {
        Picture white = Picture.of(1, 1, new byte[] {-1, -1, -1});
        Picture black = Picture.of(1, 1, new byte[3]);
        return new Drawn() {
            @Override
            public List<String> prompts() {
                return java.util.Collections.nCopies(pictures, "a red circle");
            }

            @Override
            public List<Picture> pictures() {
                return java.util.Collections.nCopies(pictures, white);
            }

            @Override
            public List<Picture> references() {
                return java.util.Collections.nCopies(references, black);
            }

            @Override
            public float[][] features(List<Picture> all) {
                return all.stream()
                        .map(each -> new float[] {each.equals(white) ? 0.5f : 0.25f})
                        .toArray(float[][]::new);
            }

            @Override
            public float[][] textFeatures(List<String> texts) {
                return texts.stream().map(each -> new float[] {-1}).toArray(float[][]::new);
            }
        };
    }
}
