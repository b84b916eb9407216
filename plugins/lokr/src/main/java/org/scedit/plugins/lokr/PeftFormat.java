package org.scedit.plugins.lokr;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * PEFT's {@code adapter_model.safetensors} and {@code adapter_config.json}: {@code base_model.model.PATH.lokr_w1}, or
 * the same without that beginning. What PEFT drops out in training is not kept.
 */
final class PeftFormat implements TunerFormat<LokrConfig> {
    @Override
    public String id() {
        return "peft";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LokrFile.isLokr(names) && !LayerTensors.isFlat(names);
    }

    @Override
    public Content<LokrConfig> read(WeightFile file, UNetLayout unet) {
        PeftSettings stated = PeftSettings.of(file.config(), "");
        stated.require("peft_type", "LOKR");
        return LokrFile.read(file, stated, true, unet);
    }

    @Override
    public WeightFile write(Content<LokrConfig> content, UNetLayout unet) {
        return new WeightFile(
                LokrFile.tensors(content.weights(), unet)
                        .named(layer -> "base_model.model." + layer.path(), UnaryOperator.identity()),
                Map.of("format", "pt"),
                Json.write(LokrFile.settings(content.config())));
    }
}
