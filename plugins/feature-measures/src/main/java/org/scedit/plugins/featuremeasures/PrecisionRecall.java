package org.scedit.plugins.featuremeasures;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;

/**
 * Improved precision and recall. Around each picture of a set lies a ball that reaches to its k-th nearest neighbour in
 * that set, in the space of features; together they are where the set's pictures may lie.
 * <ul>
 *   <li>precision: the share of drawn pictures within the held-out pictures' balls, that is how many look right;
 *   <li>recall: the share of held-out pictures within the drawn pictures' balls, that is how much of what there is gets
 *       drawn.
 * </ul>
 * Source: Kynkäänniemi et al. 2019, arXiv:1904.06991, with k = 3. Balls of few samples are wide: compare only figures of
 * equally many samples.
 */
@Extension
public final class PrecisionRecall implements Measure<PrecisionRecallConfig> {
    @Override
    public String id() {
        return "precision-recall";
    }

    @Override
    public String summary() {
        return "how many drawn pictures look right, and how much of what there is gets drawn (arXiv:1904.06991)";
    }

    @Override
    public Class<PrecisionRecallConfig> configType() {
        return PrecisionRecallConfig.class;
    }

    @Override
    public Set<Need> needs(PrecisionRecallConfig config) {
        return Set.of(Need.REFERENCES, Need.FEATURES);
    }

    @Override
    public List<Value> measure(PrecisionRecallConfig config, Drawn drawn) {
        double[][] pictures = Features.of(drawn.features(drawn.pictures()));
        double[][] references = Features.of(drawn.features(drawn.references()));
        int neighbours = config.neighbours();
        Features.require(
                neighbours + 1,
                pictures,
                references,
                "each needs " + neighbours + " neighbours in its set; draw more, or lower neighbours");
        return List.of(
                new Value("precision", within(pictures, references, neighbours), Better.HIGHER, pictures.length),
                new Value("recall", within(references, pictures, neighbours), Better.HIGHER, references.length));
    }

    /**
     * The share of rows that lie in a ball around one of the centres.
     *
     * @param centres    more than {@code neighbours} of them
     * @param neighbours each ball reaches to so many of the other centres
     */
    static double within(double[][] rows, double[][] centres, int neighbours) {
        double[] radii = new double[centres.length];
        for (int i = 0; i < centres.length; i++) {
            double[] distances = new double[centres.length];
            for (int j = 0; j < centres.length; j++) {
                distances[j] = squaredDistance(centres[i], centres[j]);
            }
            Arrays.sort(distances);
            radii[i] = distances[neighbours]; // the nearest is the centre itself
        }
        int inside = 0;
        for (double[] row : rows) {
            boolean found = false;
            for (int i = 0; i < centres.length && !found; i++) {
                found = squaredDistance(row, centres[i]) <= radii[i];
            }
            inside += found ? 1 : 0;
        }
        return (double) inside / rows.length;
    }

    private static double squaredDistance(double[] one, double[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (one[i] - other[i]) * (one[i] - other[i]);
        }
        return sum;
    }
}
