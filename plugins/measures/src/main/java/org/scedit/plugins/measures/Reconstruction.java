package org.scedit.plugins.measures;

import java.util.List;
import java.util.Set;
import org.pf4j.Extension;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Picture;

/**
 * How near drawn pictures are to the held-out pictures whose captions and maps they were drawn from; of use where a
 * condition tells what is where. Two numbers, each the mean over the pictures:
 * <pre>
 * PSNR = 10 · log₁₀( 255² / mean square difference )      in dB, at most {@value #HIGHEST}
 * SSIM = mean over windows of (2 μₐ μ_b + c₁)(2 σ_ab + c₂) / ((μₐ² + μ_b² + c₁)(σₐ² + σ_b² + c₂))
 * </pre>
 * SSIM is of brightness (ITU-R BT.601), over all windows of 7 by 7 pixels, each weighted alike, with variances over
 * 48 (unbiased), c₁ = (0.01 · 255)², c₂ = (0.03 · 255)². Source: Wang et al. 2004; the window is that of scikit-image's
 * {@code structural_similarity}.
 */
@Extension
public final class Reconstruction implements Measure<NoSettings> {
    /** Of equal pictures, whose ratio has no bound. */
    static final double HIGHEST = 100;

    @Override
    public String id() {
        return "reconstruction";
    }

    @Override
    public String summary() {
        return "how near pictures are to the held-out ones that their prompts and maps are of: PSNR, and SSIM (Wang et"
                + " al. 2004)";
    }

    @Override
    public Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public Set<Need> needs(NoSettings config) {
        return Set.of(Need.TARGETS);
    }

    @Override
    public List<Value> measure(NoSettings config, Drawn drawn) {
        List<Picture> pictures = drawn.pictures();
        List<Picture> targets = drawn.targets();
        double psnr = 0;
        double ssim = 0;
        for (int i = 0; i < pictures.size(); i++) {
            double error = Pixels.rootMeanSquare(pictures.get(i), targets.get(i));
            psnr += Math.min(HIGHEST, -20 * Math.log10(error)) / pictures.size();
            ssim += StructuralSimilarity.of(pictures.get(i), targets.get(i)) / pictures.size();
        }
        return List.of(
                new Value("PSNR to target (dB)", psnr, Better.HIGHER, pictures.size()),
                new Value("SSIM to target", ssim, Better.HIGHER, pictures.size()));
    }
}
