package org.scedit.plugins.t2iadapter;

import java.util.List;
import org.pf4j.Extension;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerFormat;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Offers {@link T2iAdapter} to recipes as {@code use: t2i-adapter}. */
@Extension
public final class T2iAdapterProvider implements TunerProvider<T2iAdapterConfig> {
    @Override
    public String id() {
        return "t2i-adapter";
    }

    @Override
    public String summary() {
        return "T2I-Adapter: a small network turns a condition map into features of the encoder (arXiv:2302.08453)";
    }

    @Override
    public Class<T2iAdapterConfig> configType() {
        return T2iAdapterConfig.class;
    }

    @Override
    public Tuner create(T2iAdapterConfig config, UNetLayout unet, Parameters parameters) {
        return new T2iAdapter(config, unet, parameters);
    }

    @Override
    public List<TunerFormat<T2iAdapterConfig>> formats() {
        return List.of(new DiffusersFormat());
    }
}
