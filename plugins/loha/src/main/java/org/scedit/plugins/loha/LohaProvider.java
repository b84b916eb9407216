package org.scedit.plugins.loha;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link Loha} to recipes as {@code use: loha}. */
@Extension
public final class LohaProvider implements TunerProvider<LohaConfig> {
    @Override
    public String id() {
        return "loha";
    }

    @Override
    public String summary() {
        return "LoHa: an update that is the elementwise product of two low-rank ones (FedPara, arXiv:2108.06098)";
    }

    @Override
    public Class<LohaConfig> configType() {
        return LohaConfig.class;
    }

    @Override
    public Tuner create(LohaConfig config, UNetLayout unet, Parameters parameters) {
        return new Loha(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<LohaConfig>> formats() {
        return List.of(new PeftFormat(), new LycorisFormat());
    }
}
