package org.scedit.plugins.sctuner;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link ScTuner} to recipes as {@code use: sc-tuner}. */
@Extension
public final class ScTunerProvider implements TunerProvider<ScTunerConfig> {
    @Override
    public String id() {
        return "sc-tuner";
    }

    @Override
    public String summary() {
        return "SC-Tuner: a residual bottleneck on every skip connection (SCEdit, arXiv:2312.11392)";
    }

    @Override
    public Class<ScTunerConfig> configType() {
        return ScTunerConfig.class;
    }

    @Override
    public Tuner create(ScTunerConfig config, UNetLayout unet, Parameters parameters) {
        return new ScTuner(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<ScTunerConfig>> formats() {
        return List.of(new ScepterFormat(), new SwiftFormat());
    }
}
