package org.scedit.plugins.controlnet;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link ControlNet} to recipes as {@code use: controlnet}. */
@Extension
public final class ControlNetProvider implements TunerProvider<ControlNetConfig> {
    @Override
    public String id() {
        return "controlnet";
    }

    @Override
    public String summary() {
        return "ControlNet: a trained copy of the encoder that follows a condition map (arXiv:2302.05543)";
    }

    @Override
    public Class<ControlNetConfig> configType() {
        return ControlNetConfig.class;
    }

    @Override
    public Tuner create(ControlNetConfig config, UNetLayout unet, Parameters parameters) {
        return new ControlNet(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<ControlNetConfig>> formats() {
        return List.of(new DiffusersFormat());
    }
}
