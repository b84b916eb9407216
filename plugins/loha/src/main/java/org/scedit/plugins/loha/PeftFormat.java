package org.scedit.plugins.loha;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.scedit.api.TunerFormat;
import org.scedit.api.UNetLayout;
import org.scedit.api.WeightFile;
import org.scedit.api.formats.Json;
import org.scedit.api.formats.LayerTensors;
import org.scedit.api.formats.PeftSettings;

/**
 * PEFT's {@code adapter_model.safetensors} and {@code adapter_config.json}: {@code base_model.model.PATH.hada_w1_a}, or
 * the same without that beginning. What PEFT drops out in training is not kept.
 */
final class PeftFormat implements TunerFormat<LohaConfig> {
    @Override
    public String id() {
        return "peft";
    }

    @Override
    public boolean matches(WeightFile file) {
        var names = file.tensors().keySet();
        return LohaFile.isLoha(names) && !LayerTensors.isFlat(names);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also for PEFT's ABBA variant, which scales in another way
     */
    @Override
    public Content<LohaConfig> read(WeightFile file, UNetLayout unet) {
        PeftSettings stated = PeftSettings.of(file.config(), "");
        stated.require("peft_type", "LOHA");
        stated.require("use_khatri_rao", false, "auto");
        stated.require("init_weights", true, false);
        return LohaFile.read(file, stated, unet);
    }

    @Override
    public WeightFile write(Content<LohaConfig> content, UNetLayout unet) {
        return new WeightFile(
                LohaFile.tensors(content, unet)
                        .named(layer -> "base_model.model." + layer.path(), UnaryOperator.identity()),
                Map.of("format", "pt"),
                Json.write(LohaFile.settings(content.config())));
    }
}
