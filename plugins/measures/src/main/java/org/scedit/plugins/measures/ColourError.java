package org.scedit.plugins.measures;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Drawn;

/**
 * Mean absolute difference of the colours of the maps, mean over the pictures:
 * <pre>error = Σ |seen - wanted| / (255 · 3 · pixels)      0 = equal, 1 = black for white</pre>
 */
@Extension
public final class ColourError extends MapMeasure<NoSettings> {
    @Override
    public String id() {
        return "colour-error";
    }

    @Override
    public String summary() {
        return "how well pictures follow a map of colours: mean absolute difference, 0 to 1";
    }

    @Override
    public Class<NoSettings> configType() {
        return NoSettings.class;
    }

    @Override
    public List<Value> measure(NoSettings config, Drawn drawn) {
        return List.of(mean("colour error", Better.LOWER, drawn, Pixels::meanAbsolute));
    }
}
