package org.scedit.plugins.csctuner;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

/**
 * A condition's weights as the method's authors save them (scepter): this plugin's names after the number of the
 * condition, {@code 0.pre_hint_blocks.0.weight}, or after {@code model.}, or bare. The settings follow from the sizes,
 * ratios with the fewest decimals and the condition {@code canny}; the metadata says where they are others.
 */
final class ScepterFormat implements TunerFormat<CscTunerConfig> {
    private static final Pattern NAME = Pattern.compile(
            "(?:model\\.)?(?:(\\d{1,4})\\.)?((?:pre_hint_blocks|dense_hint_blocks|lsc_tuner_blocks)\\..+)");
    private static final Pattern PRE_HINT = Pattern.compile("pre_hint_blocks\\.(\\d{1,4})\\.weight");
    private static final Pattern DOWN = Pattern.compile("lsc_tuner_blocks\\.(\\d{1,4})\\.tuner_op\\.ln1\\.weight");

    @Override
    public String id() {
        return "scepter";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().keySet().stream()
                .map(NAME::matcher)
                .anyMatch(name -> name.matches() && name.group(2).startsWith("dense_hint_blocks."));
    }

    @Override
    public Content<CscTunerConfig> read(WeightFile file, UNetLayout unet) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        var conditions = new TreeSet<String>();
        file.tensors().forEach((fullName, tensor) -> {
            Matcher name = NAME.matcher(fullName);
            if (!name.matches()) {
                problems.add(fullName + " belongs to no CSC-Tuner");
                return;
            }
            conditions.add(name.group(1) == null ? "" : name.group(1));
            if (weights.put(name.group(2), tensor) != null) {
                problems.add(fullName + " is there twice");
            }
        });
        if (conditions.size() > 1) {
            throw new IllegalArgumentException("holds the weights of several conditions, numbers "
                    + String.join(", ", conditions) + "; a csc-tuner is one condition: save each to a file of its own");
        }
        CscTunerConfig config = settings(file.metadata(), weights, unet);
        problems.addAll(differences(CscLayers.of(config, unet).weights(), weights));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.size() + " weights do not fit\n  " + String.join("\n  ", problems));
        }
        return new Content<>(config, weights);
    }

    /** A weight that is missing leaves its setting at the default; it is told with all others that are missing. */
    private static CscTunerConfig settings(
            Map<String, String> metadata, Map<String, WeightFile.Tensor> weights, UNetLayout unet) {
        List<WidthRatio.Size> preHint = new ArrayList<>();
        List<WidthRatio.Size> bottlenecks = new ArrayList<>();
        List<Integer> skips = new ArrayList<>();
        int hintChannels = 256;
        int kernel = 3;
        for (Map.Entry<String, WeightFile.Tensor> weight : weights.entrySet()) {
            long[] shape = weight.getValue().shape();
            Matcher convolution = PRE_HINT.matcher(weight.getKey());
            Matcher down = DOWN.matcher(weight.getKey());
            if (convolution.matches() && shape.length == 4) {
                int layer = Integer.parseInt(convolution.group(1)) / 2;
                if (layer < CscLayers.PRE_HINT_CHANNELS.size()) {
                    preHint.add(new WidthRatio.Size(CscLayers.PRE_HINT_CHANNELS.get(layer), (int) shape[0]));
                } else {
                    hintChannels = (int) shape[0];
                }
            } else if (weight.getKey().equals("dense_hint_blocks.0.1.weight") && shape.length == 4) {
                kernel = (int) shape[2];
            } else if (down.matches() && shape.length == 2) {
                skips.add(Integer.parseInt(down.group(1)));
                bottlenecks.add(new WidthRatio.Size((int) shape[1], (int) shape[0]));
            }
        }
        return new CscTunerConfig(
                metadata.getOrDefault("condition", "canny"),
                WidthRatio.of("down_ratio", number(metadata.get("down_ratio")), bottlenecks),
                WidthRatio.of("dim_ratio", number(metadata.get("dim_ratio")), preHint),
                hintChannels,
                kernel,
                skips.size() == unet.skips().size()
                        ? List.of()
                        : skips.stream().sorted().toList());
    }

    private static double number(String text) {
        return text != null && text.matches("\\d+(\\.\\d+)?(E-?\\d+)?") ? Double.parseDouble(text) : Double.NaN;
    }

    private static List<String> differences(Map<String, Shape> expected, Map<String, WeightFile.Tensor> found) {
        List<String> differences = new ArrayList<>();
        expected.forEach((name, shape) -> {
            if (!found.containsKey(name)) {
                differences.add(name + " is missing");
            } else if (!shape.equals(new Shape(found.get(name).shape()))) {
                differences.add(name + " is " + new Shape(found.get(name).shape()) + ", this U-Net needs " + shape);
            }
        });
        found.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> differences.add(name + " belongs to nothing in this U-Net"));
        return differences;
    }

    @Override
    public WeightFile write(Content<CscTunerConfig> content, UNetLayout unet) {
        Map<String, WeightFile.Tensor> tensors = new LinkedHashMap<>();
        content.weights().forEach((name, tensor) -> tensors.put("0." + name, tensor));
        return new WeightFile(tensors, untold(content, unet), "");
    }

    /** The settings that do not follow from the sizes. */
    private static Map<String, String> untold(Content<CscTunerConfig> content, UNetLayout unet) {
        CscTunerConfig config = content.config();
        CscTunerConfig told = settings(Map.of(), content.weights(), unet);
        Map<String, String> metadata = new LinkedHashMap<>();
        if (!config.condition().equals(told.condition())) {
            metadata.put("condition", config.condition());
        }
        if (config.downRatio() != told.downRatio()) {
            metadata.put("down_ratio", Double.toString(config.downRatio()));
        }
        if (config.dimRatio() != told.dimRatio()) {
            metadata.put("dim_ratio", Double.toString(config.dimRatio()));
        }
        return metadata;
    }
}
