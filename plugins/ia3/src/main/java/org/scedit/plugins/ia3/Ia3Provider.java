package org.scedit.plugins.ia3;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link Ia3} to recipes as {@code use: ia3}. */
@Extension
public final class Ia3Provider implements TunerProvider<Ia3Config> {
    @Override
    public String id() {
        return "ia3";
    }

    @Override
    public String summary() {
        return "(IA)3: learned factors of the outputs or inputs of layers (arXiv:2205.05638)";
    }

    @Override
    public Class<Ia3Config> configType() {
        return Ia3Config.class;
    }

    @Override
    public Tuner create(Ia3Config config, UNetLayout unet, Parameters parameters) {
        return new Ia3(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<Ia3Config>> formats() {
        return List.of(new PeftFormat());
    }
}
