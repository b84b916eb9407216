package org.scedit.core.plugin;

import com.google.inject.AbstractModule;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import java.util.Map;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;

/**
 * What every run is wired from: the catalogue, its tuners as {@code Map<String, TunerProvider<?>>}, its annotators as
 * {@code Map<String, Annotator<?>>} and its measures as {@code Map<String, Measure<?>>}. Nothing is bound by itself: what a class asks for in its constructor must be bound
 * by a module.
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
        bindById(new TypeLiteral<TunerProvider<?>>() {}, catalogue.tuners());
        bindById(new TypeLiteral<Annotator<?>>() {}, catalogue.annotators());
        bindById(new TypeLiteral<Measure<?>>() {}, catalogue.measures());
    }

    private <E> void bindById(TypeLiteral<E> type, Map<String, E> extensions) {
        MapBinder<String, E> map = MapBinder.newMapBinder(binder(), TypeLiteral.get(String.class), type);
        extensions.forEach((id, extension) -> map.addBinding(id).toInstance(extension));
    }
}
