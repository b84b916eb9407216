package org.scedit.plugins.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * diffusers' {@code pytorch_lora_weights.safetensors}: {@code unet.PATH.lora_A.weight}, or {@code .lora.down.weight} as
 * older versions have it, also both in one file; PEFT's configuration is in the metadata. Written with the newer names
 * only, because diffusers loses a part of a mixed file.
 */
final class DiffusersFormat implements TunerFormat<LoraConfig> {
    private static final String PREFIX = "unet.";
    private static final String METADATA = "lora_adapter_metadata";

    @Override
    public String id() {
        return "diffusers";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LoraFile.isLora(names)
                && !LayerTensors.isFlat(names)
                && names.stream().anyMatch(name -> name.startsWith(PREFIX) || LayerTensors.tunesText(name));
    }

    @Override
    public Content<LoraConfig> read(WeightFile file, UNetLayout unet) {
        return LoraFile.read(file, PeftSettings.of(file.metadata().getOrDefault(METADATA, ""), PREFIX), unet);
    }

    @Override
    public WeightFile write(Content<LoraConfig> content, UNetLayout unet) {
        Map<String, Object> settings = new LinkedHashMap<>();
        LoraFile.settings(content.config()).forEach((key, value) -> settings.put(PREFIX + key, value));
        return new WeightFile(
                LoraFile.dotted(content, PREFIX, unet), Map.of("format", "pt", METADATA, Json.write(settings)), "");
    }
}
