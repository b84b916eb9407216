package org.scedit.plugins.sctuner;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

/** What the formats share: the weights by this plugin's names, and the settings that their sizes tell. */
final class BottleneckFile {
    private static final Pattern DOWN = Pattern.compile("lsc_identity\\.(\\d{1,4})\\.tuner_op\\.ln1\\.weight");

    private BottleneckFile() {}

    /**
     * @param ownName this plugin's name for the file's; empty for one that is no SC-Tuner's
     * @param stated  the ratio that the file states; NaN where it states none
     */
    static TunerFormat.Content<ScTunerConfig> read(
            WeightFile file, UNetLayout unet, Function<String, Optional<String>> ownName, double stated) {
        Map<String, WeightFile.Tensor> weights = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        file.tensors().forEach((name, tensor) -> {
            Optional<String> own = ownName.apply(name);
            if (own.isEmpty()) {
                problems.add(name + " belongs to no SC-Tuner of this U-Net");
            } else if (weights.put(own.get(), tensor) != null) {
                problems.add(name + " is there twice");
            }
        });
        ScTunerConfig config = settings(weights, unet, stated);
        problems.addAll(differences(ScTuner.weights(config, unet), weights));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.size() + " weights do not fit\n  " + String.join("\n  ", problems));
        }
        return new TunerFormat.Content<>(config, weights);
    }

    /** The settings that the sizes of the weights tell; a weight that is missing tells nothing. */
    static ScTunerConfig settings(Map<String, WeightFile.Tensor> weights, UNetLayout unet, double stated) {
        List<WidthRatio.Size> sizes = new ArrayList<>();
        var skips = new TreeSet<Integer>();
        weights.forEach((name, tensor) -> {
            Matcher down = DOWN.matcher(name);
            if (down.matches() && tensor.shape().length == 2) {
                skips.add(Integer.parseInt(down.group(1)));
                sizes.add(new WidthRatio.Size((int) tensor.shape()[1], (int) tensor.shape()[0]));
            }
        });
        return new ScTunerConfig(
                WidthRatio.of(stated, sizes), skips.size() == unet.skips().size() ? List.of() : List.copyOf(skips));
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

    /** NaN where the text is no number. */
    static double number(String text) {
        return text != null && text.matches("\\d+(\\.\\d+)?([eE][-+]?\\d+)?") ? Double.parseDouble(text) : Double.NaN;
    }
}
