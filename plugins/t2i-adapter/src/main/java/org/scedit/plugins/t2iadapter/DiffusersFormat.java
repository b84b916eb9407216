package org.scedit.plugins.t2iadapter;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.scedit.api.FeaturePoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.plugins.t2iadapter.T2iAdapterConfig.Type;

/**
 * diffusers' folder of a {@code T2IAdapter}: this plugin's names as they are, and a {@code config.json}. The settings
 * follow from the sizes; the condition's name is kept in the metadata.
 */
final class DiffusersFormat implements TunerFormat<T2iAdapterConfig> {
    private static final String FIRST = "adapter.body.0.resnets.0.block1.weight";
    private static final Pattern LEVEL = Pattern.compile("adapter\\.body\\.(\\d{1,3})\\..*");
    private static final Pattern RESNET = Pattern.compile("adapter\\.body\\.0\\.resnets\\.(\\d{1,3})\\..*");

    @Override
    public String id() {
        return "diffusers";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().containsKey(FIRST);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also for an adapter of another type, such as SDXL's
     */
    @Override
    public Content<T2iAdapterConfig> read(WeightFile file, UNetLayout unet) {
        Matcher type = Pattern.compile("\"adapter_type\"\\s*:\\s*\"([^\"]*)\"").matcher(file.config());
        if (type.find() && !List.of("full_adapter", "light_adapter").contains(type.group(1))) {
            throw new IllegalArgumentException("its configuration has adapter_type " + type.group(1)
                    + "; a T2I-Adapter is read only of full_adapter and light_adapter");
        }
        T2iAdapterConfig config = settings(file, unet);
        List<String> problems = differences(AdapterLayers.of(config, unet).weights(), file.tensors());
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    problems.size() + " weights do not fit\n  " + String.join("\n  ", problems));
        }
        return new Content<>(config, file.tensors());
    }

    private static T2iAdapterConfig settings(WeightFile file, UNetLayout unet) {
        boolean full = file.tensors().containsKey("adapter.conv_in.weight");
        long squares = Optional.ofNullable(
                        file.tensors().get(full ? "adapter.conv_in.weight" : "adapter.body.0.in_conv.weight"))
                .map(WeightFile.Tensor::shape)
                .filter(shape -> shape.length == 4)
                .map(shape -> shape[1])
                .orElse(3L * 8 * 8);
        // c · f² with c = 1 or 3: the root of 3 is no ratio, so that one of the two is a whole number
        boolean grey = isSquare(squares);
        int levels = 1 + highest(file, LEVEL);
        return new T2iAdapterConfig(
                file.metadata().getOrDefault("condition", "canny"),
                full ? Type.FULL : Type.LIGHT,
                grey ? 1 : 3,
                (int) Math.round(Math.sqrt(grey ? squares : squares / 3.0)),
                1 + highest(file, RESNET),
                levels == unet.features().size() - 1 ? 0 : levels);
    }

    private static boolean isSquare(long number) {
        long root = Math.round(Math.sqrt(number));
        return root * root == number;
    }

    private static int highest(WeightFile file, Pattern numbered) {
        return file.tensors().keySet().stream()
                .map(numbered::matcher)
                .filter(Matcher::matches)
                .mapToInt(name -> Integer.parseInt(name.group(1)))
                .max()
                .orElse(0);
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
    public WeightFile write(Content<T2iAdapterConfig> content, UNetLayout unet) {
        T2iAdapterConfig config = content.config();
        List<Integer> channels = new ArrayList<>(AdapterLayers.of(config, unet).levels().stream()
                .map(AdapterLayers.Level::point)
                .map(FeaturePoint::channels)
                .toList());
        if (config.type() == Type.LIGHT) {
            int last = channels.remove(channels.size() - 1);
            if (channels.isEmpty() || channels.get(channels.size() - 1) != last) {
                throw new IllegalArgumentException("diffusers' light adapter has as many channels at its last level as"
                        + " at the one before, this one has " + channels + " and then " + last
                        + "; change features, or use type full");
            }
        }
        return new WeightFile(content.weights(), Map.of("condition", config.condition()), """
                {
                  "_class_name": "T2IAdapter",
                  "adapter_type": "%s_adapter",
                  "channels": %s,
                  "downscale_factor": %d,
                  "in_channels": %d,
                  "num_res_blocks": %d
                }
                """.formatted(
                        config.type() == Type.FULL ? "full" : "light",
                        channels,
                        config.downscaleFactor(),
                        config.mapChannels(),
                        config.numResBlocks()));
    }
}
