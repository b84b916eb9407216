package org.scedit.testkit;

import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** Makes a {@link Bystander}. No plugin offers it: it is of no use but to test others. */
final class BystanderProvider implements TunerProvider<BystanderConfig> {
    @Override
    public String id() {
        return "bystander";
    }

    @Override
    public String summary() {
        return "Bystander: a linear residual at every point, to be put beside the tuner under test";
    }

    @Override
    public Class<BystanderConfig> configType() {
        return BystanderConfig.class;
    }

    @Override
    public Tuner create(BystanderConfig config, UNetLayout unet, Parameters parameters) {
        return new Bystander(unet, parameters);
    }
}
