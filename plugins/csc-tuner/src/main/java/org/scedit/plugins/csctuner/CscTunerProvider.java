package org.scedit.plugins.csctuner;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link CscTuner} to recipes as {@code use: csc-tuner}. */
@Extension
public final class CscTunerProvider implements TunerProvider<CscTunerConfig> {
    @Override
    public String id() {
        return "csc-tuner";
    }

    @Override
    public String summary() {
        return "CSC-Tuner: skip connections edited after a condition map such as edges (SCEdit, arXiv:2312.11392)";
    }

    @Override
    public Class<CscTunerConfig> configType() {
        return CscTunerConfig.class;
    }

    @Override
    public Tuner create(CscTunerConfig config, UNetLayout unet, Parameters parameters) {
        return new CscTuner(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<CscTunerConfig>> formats() {
        return List.of(new ScepterFormat());
    }
}
