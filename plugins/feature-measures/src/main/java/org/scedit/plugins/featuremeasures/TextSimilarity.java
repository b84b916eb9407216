package org.scedit.plugins.featuremeasures;

import java.util.List;
import java.util.Set;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;

/**
 * How well pictures fit their prompts: the mean cosine of a picture's features and its prompt's, -1..1.
 * <pre>similarity = mean of  v · c / (|v| |c|)</pre>
 * Source: Hessel et al. 2021 (CLIPScore), arXiv:2104.08718. This is the plain cosine, which CLIPScore cuts at 0 and
 * multiplies by 2.5. Its level depends on the network, so only figures of one network can be compared.
 */
@Extension
public final class TextSimilarity implements Measure<TextSimilarityConfig> {
    @Override
    public String id() {
        return "text-similarity";
    }

    @Override
    public String summary() {
        return "how well pictures fit their prompts: cosine of features (as CLIPScore, arXiv:2104.08718)";
    }

    @Override
    public Class<TextSimilarityConfig> configType() {
        return TextSimilarityConfig.class;
    }

    @Override
    public Set<Need> needs(TextSimilarityConfig config) {
        return Set.of(Need.FEATURES, Need.TEXT_FEATURES);
    }

    @Override
    public List<Value> measure(TextSimilarityConfig config, Drawn drawn) {
        double[][] pictures = Features.of(drawn.features(drawn.pictures()));
        double[][] texts = Features.of(drawn.textFeatures(drawn.prompts()));
        if (pictures.length == 0) {
            throw new IllegalArgumentException("it takes at least 1 drawn picture, got none");
        }
        return List.of(new Value("text similarity", meanCosine(pictures, texts), Better.HIGHER, pictures.length));
    }

    /** The mean cosine of the rows of two equally long lists; of a row of zeros it is 0. */
    static double meanCosine(double[][] one, double[][] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            double norms = Math.sqrt(Features.product(one[i], one[i]) * Features.product(other[i], other[i]));
            sum += norms == 0 ? 0 : Features.product(one[i], other[i]) / norms;
        }
        return sum / one.length;
    }
}
