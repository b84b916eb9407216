package org.scedit.plugins.sctuner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.scedit.api.SkipPoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

/**
 * ms-swift's {@code SCETuning} in decoder mode: a tuner is named after the ResNet that consumes the skip and after the
 * adapter, {@code up_blocks.0.resnets.2.scetuner_ADAPTER.tuner_op.ln1.weight}; beside it {@code adapter_config.json}.
 */
final class SwiftFormat implements TunerFormat<ScTunerConfig> {
    private static final Pattern NAME = Pattern.compile(
            "(up_blocks\\.\\d{1,4}\\.resnets\\.\\d{1,4})\\.scetuner_([^.]+)\\.(tuner_op\\.ln[12]\\.(?:weight|bias))");
    /** swift names an adapter so where the user does not; its folder has the same name. */
    private static final String ADAPTER = "default";

    @Override
    public String id() {
        return "swift";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().keySet().stream().anyMatch(name -> name.contains(".scetuner_"));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also for one that swift computes in another way, in encoder mode or with
     *     hints
     */
    @Override
    public Content<ScTunerConfig> read(WeightFile file, UNetLayout unet) {
        refuseUnlike(file.config(), "tuner_mode", "decoder");
        refuseUnlike(file.config(), "tuner_op", "SCEAdapter");
        refuseUnlike(file.config(), "hint_modules", "null");
        var adapters = new TreeSet<String>();
        file.tensors().keySet().stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .forEach(name -> adapters.add(name.group(2)));
        if (adapters.size() > 1) {
            throw new IllegalArgumentException(
                    "holds several adapters, " + String.join(", ", adapters) + "; save each to a file of its own");
        }
        Map<String, SkipPoint> skips =
                unet.skips().stream().collect(Collectors.toMap(SkipPoint::consumer, skip -> skip));
        double stated =
                BottleneckFile.number(setting(file.config(), "down_ratio").orElse(""));
        return BottleneckFile.read(file, unet, name -> ownName(name, skips), stated);
    }

    private static Optional<String> ownName(String swiftName, Map<String, SkipPoint> skips) {
        Matcher name = NAME.matcher(swiftName);
        return name.matches() && skips.containsKey(name.group(1))
                ? Optional.of("lsc_identity." + skips.get(name.group(1)).index() + "." + name.group(3))
                : Optional.empty();
    }

    private static void refuseUnlike(String json, String key, String supported) {
        setting(json, key).filter(value -> !value.equals(supported)).ifPresent(value -> {
            throw new IllegalArgumentException(
                    "its configuration has " + key + " " + value + "; an SC-Tuner is read only with " + supported);
        });
    }

    /** The text, number or other word that a flat JSON object has at a key. */
    private static Optional<String> setting(String json, String key) {
        Matcher pair = Pattern.compile("\"" + key + "\"\\s*:\\s*(?:\"([^\"]*)\"|([^\\s,}]+))")
                .matcher(json);
        return pair.find() ? Optional.of(pair.group(1) == null ? pair.group(2) : pair.group(1)) : Optional.empty();
    }

    @Override
    public WeightFile write(Content<ScTunerConfig> content, UNetLayout unet) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        List<SkipPoint> tuned = new ArrayList<>();
        for (SkipPoint skip : unet.skips()) {
            String own = "lsc_identity." + skip.index() + ".";
            content.weights().forEach((name, tensor) -> {
                if (name.startsWith(own)) {
                    tensors.put(skip.consumer() + ".scetuner_" + ADAPTER + "." + name.substring(own.length()), tensor);
                }
            });
            if (content.weights().containsKey(own + "tuner_op.ln1.weight")) {
                tuned.add(skip);
            }
        }
        return new WeightFile(tensors, Map.of(), config(content.config(), tuned));
    }

    /** swift finds the tuned modules by a regular expression, and their channels in its modules' order. */
    private static String config(ScTunerConfig config, List<SkipPoint> tuned) {
        String dims =
                tuned.stream().map(skip -> Integer.toString(skip.channels())).collect(Collectors.joining(", "));
        String modules = tuned.stream()
                .map(skip -> skip.consumer().replace(".", "\\\\."))
                .collect(Collectors.joining("|", "(", ")"));
        return """
                {
                  "dims": [%s],
                  "down_ratio": %s,
                  "hint_modules": null,
                  "model_key_mapping": null,
                  "swift_type": "SCETuning",
                  "target_modules": "%s",
                  "tuner_mode": "decoder",
                  "tuner_op": "SCEAdapter"
                }
                """.formatted(dims, config.downRatio(), modules);
    }
}
