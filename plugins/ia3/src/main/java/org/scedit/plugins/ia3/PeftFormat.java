package org.scedit.plugins.ia3;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.scedit.api.LayerPoint;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.ParameterShapes;
import org.scedit.api.formats.PeftSettings;

/**
 * PEFT's {@code adapter_model.safetensors} and {@code adapter_config.json}: {@code base_model.model.PATH.ia3_l}, or the
 * same without that beginning. The shape tells whether a layer's input or output is scaled.
 */
final class PeftFormat implements TunerFormat<Ia3Config> {
    private static final String FACTORS = "ia3_l";

    @Override
    public String id() {
        return "peft";
    }

    @Override
    public boolean matches(WeightFile file) {
        return file.tensors().keySet().stream().anyMatch(name -> name.endsWith("." + FACTORS));
    }

    @Override
    public Content<Ia3Config> read(WeightFile file, UNetLayout unet) {
        PeftSettings stated = PeftSettings.of(file.config(), "");
        stated.require("peft_type", "IA3");
        LayerTensors tensors =
                LayerTensors.of(file.tensors(), unet, name -> Optional.of(name).filter(FACTORS::equals));
        List<LayerPoint> layers = tensors.layers();
        List<LayerPoint> ofInput = layers.stream()
                .filter(layer ->
                        scalesInput(layer, tensors.all(FACTORS).get(layer).shape(), stated))
                .toList();
        var config = new Ia3Config(
                stated.patterns("target_modules", layers, unet.layers()),
                stated.patterns("feedforward_modules", ofInput, layers));
        return new Content<>(
                config, tensors.named(ParameterShapes.of(parameters -> new Ia3(config, unet, parameters))));
    }

    /** What is stated counts only for a convolution with as many inputs as outputs, whose shape says nothing. */
    private static boolean scalesInput(LayerPoint layer, long[] shape, PeftSettings stated) {
        if (layer.kind() == LayerPoint.Kind.LINEAR) {
            return Arrays.equals(shape, new long[] {1, layer.inChannels()});
        }
        return shape.length == 4
                && shape[1] == layer.inChannels()
                && (layer.inChannels() != layer.outChannels() || stated.names("feedforward_modules", layer));
    }

    @Override
    public WeightFile write(Content<Ia3Config> content, UNetLayout unet) {
        Map<String, Object> settings = new TreeMap<>();
        settings.put("base_model_name_or_path", null);
        settings.put("fan_in_fan_out", false);
        settings.put(
                "feedforward_modules", PeftSettings.modules(content.config().feedforward()));
        settings.put("inference_mode", true);
        settings.put("init_ia3_weights", true);
        settings.put("modules_to_save", null);
        settings.put("peft_type", "IA3");
        settings.put("target_modules", PeftSettings.modules(content.config().targets()));
        settings.put("task_type", null);
        return new WeightFile(
                LayerTensors.of(content.weights(), unet, Optional::of)
                        .named(layer -> "base_model.model." + layer.path(), UnaryOperator.identity()),
                Map.of("format", "pt"),
                Json.write(settings));
    }
}
