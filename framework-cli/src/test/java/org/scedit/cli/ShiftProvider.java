package org.scedit.cli;

import java.util.Map;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** A tuner for these tests: multiplies one skip. Named in META-INF/extensions.idx. */
public final class ShiftProvider implements TunerProvider<ShiftProvider.Config> {
    /** @param skip which skip */
    public record Config(
            @Setting(value = "which skip is edited", defaultsTo = "0", min = 0)
            int skip) {}

    @Override
    public String id() {
        return "shift";
    }

    @Override
    public String summary() {
        return "Multiplies one skip";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Tuner create(Config config, UNetLayout unet, Parameters parameters) {
        if (config.skip() >= unet.skips().size()) {
            throw new IllegalArgumentException(
                    "skip must be below " + unet.skips().size() + ", got " + config.skip());
        }
        SkipPoint point = unet.skips().get(config.skip());
        var layer = parameters.zeroLinear("shift", point.channels(), point.channels());
        return new Tuner() {
            @Override
            public Map<SkipPoint, SkipResidual> skips() {
                return Map.of(point, (skip, step) -> layer.perPixel(skip));
            }
        };
    }
}
