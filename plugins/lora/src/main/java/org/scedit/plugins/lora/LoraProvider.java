package org.scedit.plugins.lora;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link Lora} to recipes as {@code use: lora}. */
@Extension
public final class LoraProvider implements TunerProvider<LoraConfig> {
    @Override
    public String id() {
        return "lora";
    }

    @Override
    public String summary() {
        return "LoRA: a low-rank update of linear and convolution layers (arXiv:2106.09685), also as rsLoRA and DoRA";
    }

    @Override
    public Class<LoraConfig> configType() {
        return LoraConfig.class;
    }

    @Override
    public Tuner create(LoraConfig config, UNetLayout unet, Parameters parameters) {
        return new Lora(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<LoraConfig>> formats() {
        return List.of(new DiffusersFormat(), new PeftFormat(), new KohyaFormat());
    }
}
