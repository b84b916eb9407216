package org.scedit.plugins.lora;

import java.util.Map;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * PEFT's {@code adapter_model.safetensors} and {@code adapter_config.json}: {@code
 * base_model.model.PATH.lora_A.weight}, or the same without that beginning.
 */
final class PeftFormat implements TunerFormat<LoraConfig> {
    private static final String PREFIX = "base_model.model.";

    @Override
    public String id() {
        return "peft";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LoraFile.isLora(names)
                && !LayerTensors.isFlat(names)
                && names.stream().noneMatch(name -> name.startsWith("unet.") || LayerTensors.tunesText(name));
    }

    @Override
    public Content<LoraConfig> read(WeightFile file, UNetLayout unet) {
        PeftSettings stated = PeftSettings.of(file.config(), "");
        stated.require("peft_type", "LORA");
        return LoraFile.read(file, stated, unet);
    }

    @Override
    public WeightFile write(Content<LoraConfig> content, UNetLayout unet) {
        return new WeightFile(
                LoraFile.dotted(content, PREFIX, unet),
                Map.of("format", "pt"),
                Json.write(LoraFile.settings(content.config())));
    }
}
