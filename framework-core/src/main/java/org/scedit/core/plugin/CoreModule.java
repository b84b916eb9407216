package org.scedit.core.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import org.scedit.api.TunerProvider;

/**
 * What every run is wired from: the catalogue, and its tuners as {@code Map<String, TunerProvider<?>>}. Nothing is
 * bound by itself: what a class asks for in its constructor must be bound by a module.
 */
public final class CoreModule extends AbstractModule {
    private final PluginCatalogue catalogue;

    /** @param catalogue stays the caller's to close, after the last use of what is injected */
    public CoreModule(PluginCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().requireAtInjectOnConstructors();
        bind(PluginCatalogue.class).toInstance(catalogue);
        var tuners =
                MapBinder.newMapBinder(binder(), TypeLiteral.get(String.class), new TypeLiteral<TunerProvider<?>>() {});
        catalogue.tuners().forEach((id, provider) -> tuners.addBinding(id).toInstance(provider));
    }
}
