package org.scedit.core.job;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import java.util.Map;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;
import org.scedit.core.hub.HubModels;
import org.scedit.core.plugin.CoreModule;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;

/** Wires what does recipes: {@link RecipeRun} and {@link RecipeReader}, over a catalogue of plugins. */
public final class RunModule extends AbstractModule {
    private final PluginCatalogue catalogue;

    /** @param catalogue stays the caller's to close, after the last use of what is injected */
    public RunModule(PluginCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    protected void configure() {
        install(new CoreModule(catalogue));
        bind(RecipeRun.class);
    }

    @Provides
    HubModels hubModels() {
        return HubModels.ofProcess();
    }

    @Provides
    RecipeReader recipeReader(
            Map<String, TunerProvider<?>> tuners,
            Map<String, Annotator<?>> annotators,
            Map<String, Measure<?>> measures) {
        return new RecipeReader(tuners, annotators, measures);
    }
}
