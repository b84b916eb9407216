package org.scedit.cli;

import java.util.Map;
import java.util.Set;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** A control tuner for these tests: asks for a condition. Named in META-INF/extensions.idx. */
public final class FollowProvider implements TunerProvider<FollowProvider.Config> {
    /** @param condition what it asks for */
    public record Config(
            @Setting(value = "name of the condition it follows", defaultsTo = "invert")
            String condition) {}

    @Override
    public String id() {
        return "follow";
    }

    @Override
    public String summary() {
        return "Asks for a condition";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Tuner create(Config config, UNetLayout unet, Parameters parameters) {
        SkipPoint point = unet.skips().get(0);
        var layer = parameters.zeroLinear("follow", point.channels(), point.channels());
        return new Tuner() {
            @Override
            public Map<SkipPoint, SkipResidual> skips() {
                return Map.of(point, (skip, step) -> layer.perPixel(skip));
            }

            @Override
            public Set<String> conditions() {
                return Set.of(config.condition());
            }
        };
    }
}
