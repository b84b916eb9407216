package org.scedit.plugins.measures;

import java.util.List;
import java.util.Set;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/**
 * How different pictures of one prompt are that differ in their noise alone: the mean distance of all pairs, over the
 * prompts.
 * <pre>diversity = mean over prompts of mean over pairs i &lt; j of √( Σ (xᵢ - xⱼ)² / numbers ) / 255      0..1</pre>
 * 0 means that all seeds give the same picture, as of a model that has learned its data by heart. Source: the mean
 * pairwise distance of Zhu et al. 2017 (arXiv:1711.11586), section 4, of pixels in place of features.
 */
@Extension
public final class Diversity implements Measure<NoSettings> {
    @Override
    public String id() {
        return "diversity";
    }

    @Override
    public String summary() {
        return "how different pictures of one prompt are: mean distance of pixels over pairs of seeds, 0 to 1"
                + " (arXiv:1711.11586)";
    }

    @Override
    public Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public Set<Need> needs(NoSettings config) {
        return Set.of(Need.VARIATIONS);
    }

    @Override
    public List<Value> measure(NoSettings config, Drawn drawn) {
        double sum = 0;
        int pairs = 0;
        // every prompt has as many pairs, so the mean of their means is that of all pairs
        for (List<Picture> pictures : drawn.variations()) {
            for (int j = 1; j < pictures.size(); j++) {
                for (int i = 0; i < j; i++) {
                    sum += Pixels.rootMeanSquare(pictures.get(i), pictures.get(j));
                    pairs++;
                }
            }
        }
        return List.of(new Value("diversity of seeds", sum / pairs, Better.HIGHER, pairs));
    }
}
