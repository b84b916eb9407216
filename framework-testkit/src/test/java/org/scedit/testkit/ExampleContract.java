package org.scedit.testkit;

import java.util.Map;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;

/** The contract of an {@link ExampleTuner}, whose pieces a broken one overrides. */
abstract class ExampleContract extends TunerContract<ExampleConfig> {
    static final int WIDTH = 4;

    /** The tuner under test. */
    Tuner create(int width, UNetLayout unet, Parameters parameters) {
        return new ExampleTuner(width, unet, parameters);
    }

    @Override
    protected final TunerProvider<ExampleConfig> provider() {
        return provider(ExampleConfig.class, (config, unet, parameters) -> create(config.width(), unet, parameters));
    }

    @Override
    protected final ExampleConfig settings() {
        return new ExampleConfig(WIDTH, false);
    }

    @Override
    protected long parameterCount() {
        return ExampleTuner.parameterCount(WIDTH);
    }

    @Override
    protected Map<String, String> refused() {
        return Map.of("width: 0", """
                recipe.yaml:4:5   tuners[0].width must be from 1 to 64, got 0
                1 problem, nothing was started""", "width: 3\nodd: false", """
                recipe.yaml:4:5   tuners[0].width must be even, got 3; or set odd
                1 problem, nothing was started""");
    }

    /** {@link TunerProvider#create}. */
    @FunctionalInterface
    interface Creation<C extends Record> {
        Tuner create(C config, UNetLayout unet, Parameters parameters);
    }

    /** A method that is called {@code example}. */
    static <C extends Record> TunerProvider<C> provider(Class<C> configType, Creation<C> creation) {
        return new TunerProvider<>() {
            @Override
            public String id() {
                return "example";
            }

            @Override
            public String summary() {
                return "Example: a residual bottleneck on every skip connection";
            }

            @Override
            public Class<C> configType() {
                return configType;
            }

            @Override
            public Tuner create(C config, UNetLayout unet, Parameters parameters) {
                return creation.create(config, unet, parameters);
            }
        };
    }
}
