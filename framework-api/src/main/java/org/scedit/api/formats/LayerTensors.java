package org.scedit.api.formats;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.scedit.api.LayerPoint;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;

/**
 * A file's tensors by the layer that they belong to and the parameter that they are there.
 *
 * @param byLayer in the U-Net's forward order; the parameters by the method's own names, such as {@code lora_A.weight}
 */
public record LayerTensors(Map<LayerPoint, Map<String, WeightFile.Tensor>> byLayer) {
    private static final String FLAT = "lora_unet_";
    private static final List<String> DOTTED = List.of("base_model.model.", "unet.");
    private static final List<String> TEXT_ENCODERS = List.of("text_encoder", "lora_te");

    /**
     * Sorts the tensors of a file. A layer may be named as diffusers does, {@code mid_block.attentions.0.proj_in},
     * perhaps after {@code base_model.model.} or {@code unet.}; or as kohya's scripts and LyCORIS do,
     * {@code lora_unet_mid_block_attentions_0_proj_in}.
     *
     * @param parameter a method's own name of what follows the layer's name; empty if it has no such parameter
     * @throws IllegalArgumentException if a tensor belongs to nothing in this U-Net, is there twice or tunes a text
     *     encoder; the message lists all of them
     */
    public static LayerTensors of(
            Map<String, WeightFile.Tensor> tensors, UNetLayout unet, Function<String, Optional<String>> parameter) {
        refuseTextEncoders(tensors.keySet());
        Map<String, LayerPoint> layers = new LinkedHashMap<>();
        unet.layers().forEach(layer -> layers.put(layer.path(), layer));
        unet.layers().forEach(layer -> layers.putIfAbsent(flat(layer), layer));
        Map<LayerPoint, Map<String, WeightFile.Tensor>> found = new LinkedHashMap<>();
        unet.layers().forEach(layer -> found.put(layer, new LinkedHashMap<>()));
        List<String> problems = new ArrayList<>();
        tensors.forEach((name, tensor) -> {
            String bare = bare(name);
            int end = bare.lastIndexOf('.');
            while (end > 0 && !layers.containsKey(bare.substring(0, end))) {
                end = bare.lastIndexOf('.', end - 1);
            }
            Optional<String> own = end > 0 ? parameter.apply(bare.substring(end + 1)) : Optional.empty();
            if (own.isEmpty()) {
                problems.add(name + " belongs to nothing in this U-Net");
            } else if (found.get(layers.get(bare.substring(0, end))).put(own.get(), tensor) != null) {
                problems.add(name + " is there twice, under different names");
            }
        });
        refuse(problems);
        found.values().removeIf(Map::isEmpty);
        return new LayerTensors(found);
    }

    private static String bare(String name) {
        return DOTTED.stream()
                .filter(name::startsWith)
                .findFirst()
                .map(prefix -> name.substring(prefix.length()))
                .orElse(name);
    }

    private static void refuseTextEncoders(Set<String> names) {
        List<String> others = names.stream().filter(LayerTensors::tunesText).toList();
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(others.size() + " of its " + names.size()
                    + " weights tune a text encoder, which is not supported yet; save it again without them: "
                    + String.join(", ", others));
        }
    }

    /** Whether a tensor of that name tunes a text encoder and no U-Net. */
    public static boolean tunesText(String name) {
        return TEXT_ENCODERS.stream().anyMatch(name::startsWith);
    }

    private static void refuse(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /** A layer's name in the files of kohya's scripts and LyCORIS. */
    public static String flat(LayerPoint layer) {
        return FLAT + layer.path().replace('.', '_');
    }

    /** Whether a file's names are {@linkplain #flat flat}. */
    public static boolean isFlat(Set<String> names) {
        return names.stream().anyMatch(name -> name.startsWith(FLAT) || name.startsWith("lora_te"));
    }

    /** The layers that have tensors, in forward order. */
    public List<LayerPoint> layers() {
        return List.copyOf(byLayer.keySet());
    }

    /** One parameter of every layer that has it. */
    public Map<LayerPoint, WeightFile.Tensor> all(String parameter) {
        Map<LayerPoint, WeightFile.Tensor> all = new LinkedHashMap<>();
        byLayer.forEach((layer, tensors) -> {
            if (tensors.containsKey(parameter)) {
                all.put(layer, tensors.get(parameter));
            }
        });
        return all;
    }

    /**
     * The size of an axis of a parameter that every layer must have, such as the rank's.
     *
     * @throws IllegalArgumentException if a layer lacks it, or nothing is along the axis; the message lists all of them
     */
    public Map<LayerPoint, Integer> sizes(String parameter, int axis) {
        Map<LayerPoint, Integer> sizes = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        byLayer.forEach((layer, tensors) -> {
            WeightFile.Tensor tensor = tensors.get(parameter);
            if (tensor == null) {
                problems.add(layer.path() + "." + parameter + " is missing");
            } else if (tensor.shape().length <= axis || tensor.shape()[axis] < 1) {
                problems.add(
                        layer.path() + "." + parameter + " is " + new Shape(tensor.shape()) + ", which is no matrix");
            } else {
                sizes.put(layer, (int) tensor.shape()[axis]);
            }
        });
        refuse(problems);
        return sizes;
    }

    /**
     * The same with one parameter of every layer changed.
     *
     * @param changed takes a layer and what it has, null for nothing, and gives what it has then, likewise
     */
    public LayerTensors with(String parameter, BiFunction<LayerPoint, WeightFile.Tensor, WeightFile.Tensor> changed) {
        Map<LayerPoint, Map<String, WeightFile.Tensor>> others = new LinkedHashMap<>();
        byLayer.forEach((layer, tensors) -> {
            Map<String, WeightFile.Tensor> parameters = new LinkedHashMap<>(tensors);
            parameters.compute(parameter, (name, before) -> changed.apply(layer, before));
            others.put(layer, parameters);
        });
        return new LayerTensors(others);
    }

    /** The tensors by name: a layer's name, a dot and a parameter's. */
    public Map<String, WeightFile.Tensor> named(
            Function<LayerPoint, String> layerName, UnaryOperator<String> parameterName) {
        Map<String, WeightFile.Tensor> named = new LinkedHashMap<>();
        byLayer.forEach((layer, tensors) -> tensors.forEach((parameter, tensor) ->
                named.put(layerName.apply(layer) + "." + parameterName.apply(parameter), tensor)));
        return named;
    }

    /** The tensors by the method's own names: a layer's path, a dot and a parameter. */
    public Map<String, WeightFile.Tensor> named() {
        return named(LayerPoint::path, UnaryOperator.identity());
    }

    /**
     * The tensors by the method's own names, if they are just those that a tuner has.
     *
     * @param expected name and shape of all of the tuner's parameters
     * @throws IllegalArgumentException if one is missing, left over or of another size; the message lists all of them
     */
    public Map<String, WeightFile.Tensor> named(Map<String, Shape> expected) {
        Map<String, WeightFile.Tensor> named = named();
        List<String> problems = new ArrayList<>();
        expected.forEach((name, shape) -> {
            if (!named.containsKey(name)) {
                problems.add(name + " is missing");
            } else if (!shape.equals(new Shape(named.get(name).shape()))) {
                problems.add(name + " is " + new Shape(named.get(name).shape()) + ", this U-Net needs " + shape);
            }
        });
        named.keySet().stream()
                .filter(name -> !expected.containsKey(name))
                .forEach(name -> problems.add(name + " belongs to nothing in a tuner with these settings"));
        refuse(problems);
        return expected.keySet().stream()
                .collect(Collectors.toMap(name -> name, named::get, (one, other) -> one, LinkedHashMap::new));
    }
}
