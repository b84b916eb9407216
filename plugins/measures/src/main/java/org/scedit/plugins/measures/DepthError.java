package org.scedit.plugins.measures;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Drawn;

/**
 * Root mean square difference of the depths of the maps, mean over the pictures:
 * <pre>error = √( Σ (seen - wanted)² / pixels ) / 255      0 = equal, 1 = near for far everywhere</pre>
 * Source: the RMSE that ControlNet++ (Li et al. 2024, arXiv:2404.07987, table 1) reports for depth.
 */
@Extension
public final class DepthError extends MapMeasure<NoSettings> {
    @Override
    public String id() {
        return "depth-error";
    }

    @Override
    public String summary() {
        return "how well pictures follow a depth map: root mean square difference, 0 to 1 (arXiv:2404.07987)";
    }

    @Override
    public Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public List<Value> measure(NoSettings config, Drawn drawn) {
        return List.of(mean("depth error", Better.LOWER, drawn, Pixels::rootMeanSquare));
    }
}
