package org.scedit.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.scedit.api.Parameters;
import org.scedit.api.Setting;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

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

    /** Another tool's names: a prefix; it always edits skip 3. */
    private record Theirs() implements TunerFormat<Config> {
        private static final String PREFIX = "theirs.";

        @Override
        public String id() {
            return "theirs";
        }

        @Override
        public boolean matches(WeightFile file) {
            return file.tensors().keySet().stream().allMatch(name -> name.startsWith(PREFIX));
        }

        @Override
        public Content<Config> read(WeightFile file, UNetLayout unet) {
            Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
            file.tensors().forEach((name, tensor) -> weights.put(name.substring(PREFIX.length()), tensor));
            return new Content<>(new Config(3), weights);
        }

        @Override
        public WeightFile write(Content<Config> content, UNetLayout unet) {
            Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
            content.weights().forEach((name, tensor) -> weights.put(PREFIX + name, tensor));
            return new WeightFile(weights, Map.of(), "");
        }
    }

    @Override
    public List<TunerFormat<Config>> formats() {
        return List.of(new Theirs());
    }
}
