package org.scedit.plugins.lokr;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link Lokr} to recipes as {@code use: lokr}. */
@Extension
public final class LokrProvider implements TunerProvider<LokrConfig> {
    @Override
    public String id() {
        return "lokr";
    }

    @Override
    public String summary() {
        return "LoKr: an update that is a Kronecker product (LyCORIS, arXiv:2309.14859)";
    }

    @Override
    public Class<LokrConfig> configType() {
        return LokrConfig.class;
    }

    @Override
    public Tuner create(LokrConfig config, UNetLayout unet, Parameters parameters) {
        return new Lokr(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<LokrConfig>> formats() {
        return List.of(new PeftFormat(), new LycorisFormat());
    }
}
