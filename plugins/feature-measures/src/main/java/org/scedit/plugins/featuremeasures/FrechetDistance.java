package org.scedit.plugins.featuremeasures;

import java.util.List;
import java.util.Set;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;

/**
 * The Fréchet distance between normal distributions fitted to two sets of features; with Inception's features, FID.
 * <pre>d = |m₁ - m₂|² + tr(C₁) + tr(C₂) - 2 tr((C₁ C₂)^½)</pre>
 * Source: Heusel et al. 2017, arXiv:1706.08500, with the unbiased covariances of its code.
 *
 * <p>The last trace is the sum of the square roots of the eigenvalues of C₁ C₂. With the centred rows {@code A, B} over
 * {@code √(n - 1)}, {@code C₁ = AᵀA} and {@code C₂ = BᵀB}, these roots are the singular values of {@code A Bᵀ}: real and
 * never negative, also of fewer samples than features, where a matrix square root fails.
 *
 * <p>It is biased: two small sets of one distribution have a distance that falls about as 1 / samples. Compare only
 * distances of equally many samples.
 */
@Extension
public final class FrechetDistance implements Measure<FrechetConfig> {
    static {
        // runs beside each other have a share of the processor each; and sums in one order are the same everywhere
        EjmlConcurrency.USE_CONCURRENT = false;
    }

    @Override
    public String id() {
        return "frechet-distance";
    }

    @Override
    public String summary() {
        return "distance of drawn from held-out pictures as normal distributions of features (FID, arXiv:1706.08500)";
    }

    @Override
    public Class<FrechetConfig> configType() {
        return FrechetConfig.class;
    }

    @Override
    public Set<Need> needs(FrechetConfig config) {
        return Set.of(Need.REFERENCES, Need.FEATURES);
    }

    @Override
    public List<Value> measure(FrechetConfig config, Drawn drawn) {
        double[][] pictures = Features.of(drawn.features(drawn.pictures()));
        double[][] references = Features.of(drawn.features(drawn.references()));
        Features.require(
                config.minSamples(),
                pictures,
                references,
                "of fewer, most of the Fréchet distance is the sets' smallness; draw more, take kernel-distance, which"
                        + " is not biased, or lower min_samples");
        int samples = Math.min(pictures.length, references.length);
        return List.of(new Value("Fréchet distance", between(pictures, references), Better.LOWER, samples));
    }

    /**
     * The distance of two sets.
     *
     * @param one   at least 2 rows
     * @param other at least 2 rows, of the same length
     */
    static double between(double[][] one, double[][] other) {
        double[] meanOfOne = mean(one);
        double[] meanOfOther = mean(other);
        double apart = 0;
        for (int j = 0; j < meanOfOne.length; j++) {
            apart += (meanOfOne[j] - meanOfOther[j]) * (meanOfOne[j] - meanOfOther[j]);
        }
        DMatrixRMaj a = centred(one, meanOfOne);
        DMatrixRMaj b = centred(other, meanOfOther);
        double norms = NormOps_DDRM.normF(a) * NormOps_DDRM.normF(a) + NormOps_DDRM.normF(b) * NormOps_DDRM.normF(b);
        DMatrixRMaj cross = new DMatrixRMaj(1, 1);
        CommonOps_DDRM.multTransB(narrowed(a), narrowed(b), cross);
        double roots = 0;
        for (double value : SingularOps_DDRM.singularValues(cross)) {
            roots += value;
        }
        // of equal sets the difference is a rounding error, of either sign
        return Math.max(0, apart + norms - 2 * roots);
    }

    private static double[] mean(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += row[j];
            }
        }
        for (int j = 0; j < mean.length; j++) {
            mean[j] /= rows.length;
        }
        return mean;
    }

    /** The rows without their mean, over √(n - 1): their square is the covariance, their squared norm its trace. */
    private static DMatrixRMaj centred(double[][] rows, double[] mean) {
        DMatrixRMaj result = new DMatrixRMaj(rows.length, mean.length);
        double scale = 1 / Math.sqrt(rows.length - 1);
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                result.set(i, j, scale * (rows[i][j] - mean[j]));
            }
        }
        return result;
    }

    /** A matrix of the same square with no more rows than columns: R of {@code A = QR}, where A has more. */
    private static DMatrixRMaj narrowed(DMatrixRMaj a) {
        if (a.numRows <= a.numCols) {
            return a;
        }
        var qr = DecompositionFactory_DDRM.qr(a.numRows, a.numCols);
        qr.decompose(a.copy());
        return qr.getR(null, true);
    }
}
