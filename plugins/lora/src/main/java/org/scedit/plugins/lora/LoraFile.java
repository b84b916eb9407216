package org.scedit.plugins.lora;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerRanks;
import org.scedit.api.PerLayer;
import org.scedit.api.TunerFormat.Content;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Alphas;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.ParameterShapes;
import org.scedit.api.formats.PeftSettings;

/** What the formats share: the names of the parameters, and the settings that a file states or its sizes tell. */
final class LoraFile {
    static final String DOWN = "lora_A.weight";
    static final String UP = "lora_B.weight";
    static final String MAGNITUDE = "lora_magnitude_vector.weight";
    /** Every tool's name of a parameter → this plugin's. */
    private static final Map<String, String> OWN = Map.ofEntries(
            Map.entry(DOWN, DOWN),
            Map.entry("lora.down.weight", DOWN),
            Map.entry("lora_down.weight", DOWN),
            Map.entry(UP, UP),
            Map.entry("lora.up.weight", UP),
            Map.entry("lora_up.weight", UP),
            Map.entry(MAGNITUDE, MAGNITUDE),
            Map.entry("lora_magnitude_vector", MAGNITUDE),
            Map.entry("dora_scale", MAGNITUDE),
            Map.entry(Alphas.PARAMETER, Alphas.PARAMETER));

    private LoraFile() {}

    /** Whether some of the names are those of a LoRA's weights. */
    static boolean isLora(Set<String> names) {
        return names.stream().anyMatch(name -> OWN.entrySet().stream()
                .anyMatch(own -> !own.getValue().equals(Alphas.PARAMETER) && name.endsWith("." + own.getKey())));
    }

    /**
     * A file's weights under this plugin's names, and their settings. The ranks follow from the sizes. The alphas are
     * those beside the weights, else the stated ones, else the ranks, for scale 1.
     *
     * @param stated by the file; counts where the weights do not say otherwise
     */
    static Content<LoraConfig> read(WeightFile file, PeftSettings stated, UNetLayout unet) {
        LayerTensors tensors = LayerTensors.of(file.tensors(), unet, name -> Optional.ofNullable(OWN.get(name)));
        List<LayerPoint> layers = tensors.layers();
        Map<LayerPoint, Integer> ranks = tensors.sizes(DOWN, 0);
        PerLayer<Integer> rank = LayerRanks.named(PerLayer.describe(ranks, stated.ranks()), layers);
        Alphas alphas = Alphas.of(ranks, tensors.all(Alphas.PARAMETER), stated.alphas("lora_alpha"));
        var config = new LoraConfig(
                rank.general(),
                alphas.values().general(),
                stated.number("lora_dropout").orElse(0.0),
                stated.patterns("target_modules", layers, unet.layers()),
                rank.patterns(),
                alphas.values().patterns(),
                alphas.byRoot(),
                !tensors.all(MAGNITUDE).isEmpty());
        var expected = ParameterShapes.of(parameters -> new Lora(config, unet, parameters));
        LayerTensors own = tensors.with(Alphas.PARAMETER, (layer, alpha) -> null)
                .with(MAGNITUDE, (layer, magnitude) -> shaped(magnitude, layer, expected));
        return new Content<>(config, own.named(expected));
    }

    /** Kohya's magnitude for each output, (out, 1) or (out, 1, 1, 1), as PEFT has it; another is left as it is. */
    private static WeightFile.Tensor shaped(
            WeightFile.Tensor magnitude, LayerPoint layer, Map<String, Shape> expected) {
        Shape shape = expected.get(layer.path() + "." + MAGNITUDE);
        boolean perOutput = magnitude != null
                && shape != null
                && magnitude.shape().length > 1
                && magnitude.shape()[0] == layer.outChannels()
                && magnitude.values().length == layer.outChannels();
        return perOutput ? new WeightFile.Tensor(shape.getShape(), magnitude.values()) : magnitude;
    }

    /** A tuner's weights as diffusers and PEFT name them. */
    static Map<String, WeightFile.Tensor> dotted(Content<LoraConfig> content, String prefix, UNetLayout unet) {
        return tensors(content, unet)
                .named(layer -> prefix + layer.path(), name -> name.equals(MAGNITUDE) ? "lora_magnitude_vector" : name);
    }

    /** A tuner's weights by layer. */
    static LayerTensors tensors(Content<LoraConfig> content, UNetLayout unet) {
        return LayerTensors.of(content.weights(), unet, Optional::of);
    }

    /** PEFT's configuration of these settings. */
    static Map<String, Object> settings(LoraConfig config) {
        Map<String, Object> settings = new TreeMap<>();
        settings.putAll(new Alphas(config.alphas(), config.rslora()).settings("lora_alpha", config.ranks()));
        settings.put("base_model_name_or_path", null);
        settings.put("bias", "none");
        settings.put("fan_in_fan_out", false);
        settings.put("inference_mode", true);
        settings.put("init_lora_weights", true);
        settings.put("lora_dropout", config.dropout());
        settings.put("modules_to_save", null);
        settings.put("peft_type", "LORA");
        settings.put("r", config.rank());
        settings.put("rank_pattern", PeftSettings.byModule(config.rankPattern()));
        settings.put("target_modules", PeftSettings.modules(config.targets()));
        settings.put("task_type", null);
        settings.put("use_dora", config.dora());
        settings.put("use_rslora", config.rslora());
        return settings;
    }
}
