package org.scedit.plugins.featuremeasures;

import java.util.List;
import java.util.Set;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;

/**
 * The squared maximum mean discrepancy of two sets of features under a cubic kernel; with Inception's features, KID.
 * <pre>
 * d = mean over i ≠ j of k(xᵢ, xⱼ) + mean over i ≠ j of k(yᵢ, yⱼ) - 2 · mean over all i, j of k(xᵢ, yⱼ)
 * k(x, y) = (x · y / width + 1)³
 * </pre>
 * Source: Bińkowski et al. 2018, arXiv:1801.01401. It is unbiased: its expectation does not depend on how many samples
 * there are, so that small sets may be compared, and of two sets of one distribution it is as often below 0 as above. All
 * pairs are used; the paper's code averages over random subsets, for speed.
 */
@Extension
public final class KernelDistance implements Measure<KernelConfig> {
    private static final int LEAST = 2;

    @Override
    public String id() {
        return "kernel-distance";
    }

    @Override
    public String summary() {
        return "distance of drawn from held-out pictures by a kernel of features, unbiased (KID, arXiv:1801.01401)";
    }

    @Override
    public Class<KernelConfig> configType() {
        return KernelConfig.class;
    }

    @Override
    public Set<Need> needs(KernelConfig config) {
        return Set.of(Need.REFERENCES, Need.FEATURES);
    }

    @Override
    public List<Value> measure(KernelConfig config, Drawn drawn) {
        double[][] pictures = Features.of(drawn.features(drawn.pictures()));
        double[][] references = Features.of(drawn.features(drawn.references()));
        Features.require(LEAST, pictures, references, "the kernel distance compares pairs within each set");
        int samples = Math.min(pictures.length, references.length);
        return List.of(new Value("kernel distance", between(pictures, references), Better.LOWER, samples));
    }

    /**
     * The distance of two sets.
     *
     * @param one   at least 2 rows
     * @param other at least 2 rows, of the same length
     */
    static double between(double[][] one, double[][] other) {
        double across = 0;
        for (double[] x : one) {
            for (double[] y : other) {
                across += kernel(x, y);
            }
        }
        return within(one) + within(other) - 2 * across / one.length / other.length;
    }

    /** The mean kernel of all pairs of different rows. */
    private static double within(double[][] rows) {
        double sum = 0;
        for (int i = 1; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += kernel(rows[i], rows[j]);
            }
        }
        return 2 * sum / rows.length / (rows.length - 1);
    }

    private static double kernel(double[] x, double[] y) {
        double base = Features.product(x, y) / x.length + 1;
        return base * base * base;
    }
}
