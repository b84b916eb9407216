package org.scedit.plugins.sctuner;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

/**
 * SC-Tuners as the method's authors save them (scepter): this plugin's names, {@code lsc_identity.N.tuner_op.ln1.weight},
 * with or without {@code model.} before them. The settings follow from the sizes, the ratio with the fewest decimals; the
 * metadata says where it is another.
 */
final class ScepterFormat implements TunerFormat<ScTunerConfig> {
    private static final Pattern NAME =
            Pattern.compile("(?:model\\.)?(lsc_identity\\.\\d{1,4}\\.tuner_op\\.ln[12]\\.(?:weight|bias))");
    private static final String RATIO = "down_ratio";

    @Override
    public String id() {
        return "scepter";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().keySet().stream().anyMatch(name -> ownName(name).isPresent());
    }

    private static Optional<String> ownName(String name) {
        return Optional.of(NAME.matcher(name)).filter(Matcher::matches).map(matcher -> matcher.group(1));
    }

    @Override
    public Content<ScTunerConfig> read(WeightFile file, UNetLayout unet) {
        double stated = BottleneckFile.number(file.metadata().get(RATIO));
        return BottleneckFile.read(file, unet, ScepterFormat::ownName, stated);
    }

    @Override
    public WeightFile write(Content<ScTunerConfig> content, UNetLayout unet) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        content.weights().forEach((name, tensor) -> tensors.put("model." + name, tensor));
        double ratio = content.config().downRatio();
        boolean told = ratio
                == BottleneckFile.settings(content.weights(), unet, Double.NaN).downRatio();
        return new WeightFile(tensors, told ? Map.of() : Map.of(RATIO, Double.toString(ratio)), "");
    }
}
