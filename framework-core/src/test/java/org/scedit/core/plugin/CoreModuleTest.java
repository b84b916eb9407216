package org.scedit.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.scedit.core.plugin.PluginJarBuilder.plugin;
import static org.scedit.core.plugin.PluginJarBuilder.working;

import com.google.inject.ConfigurationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;

class CoreModuleTest {
    @TempDir
    Path folder;

    /** Stands for a part of a run that works with the tuners. */
    static final class Part {
        final Map<String, TunerProvider<?>> tuners;

        @Inject
        Part(Map<String, TunerProvider<?>> tuners) {
            this.tuners = tuners;
        }
    }

    @Test
    void theTunersOfTheCatalogueAreInjectedAsAMap() throws Exception {
        working("one").jar(folder.resolve("one.jar"));
        working("two").jar(folder.resolve("two.jar"));
        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            Injector injector = Guice.createInjector(new CoreModule(catalogue), binder -> binder.bind(Part.class));

            Map<String, TunerProvider<?>> tuners = injector.getInstance(Part.class).tuners;

            assertThat(tuners).isEqualTo(catalogue.tuners()).containsOnlyKeys("one", "two");
            assertThat(injector.getInstance(PluginCatalogue.class)).isSameAs(catalogue);
        }
    }

    @Test
    void soAreTheAnnotators() throws Exception {
        plugin("maps").annotating("demo", "Edges", "edges").jar(folder.resolve("maps.jar"));
        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            var map = Key.get(new TypeLiteral<Map<String, Annotator<?>>>() {});
            assertThat(Guice.createInjector(new CoreModule(catalogue)).getInstance(map))
                    .isEqualTo(catalogue.annotators())
                    .containsOnlyKeys("edges");
        }
    }

    @Test
    void soAreTheMeasuresWithThoseBuiltIn() {
        try (var catalogue = PluginCatalogue.ofFolders(List.of())) {
            var map = Key.get(new TypeLiteral<Map<String, Measure<?>>>() {});
            assertThat(Guice.createInjector(new CoreModule(catalogue)).getInstance(map))
                    .isEqualTo(catalogue.measures())
                    .containsOnlyKeys("captions", "style-distance");
        }
    }

    @Test
    void withoutPluginsTheMapIsEmpty() {
        try (var catalogue = PluginCatalogue.ofFolders(List.of())) {
            var map = Key.get(new TypeLiteral<Map<String, TunerProvider<?>>>() {});
            assertThat(Guice.createInjector(new CoreModule(catalogue)).getInstance(map))
                    .isEmpty();
        }
    }

    @Test
    void whatNoModuleBindsIsNotInjected() {
        try (var catalogue = PluginCatalogue.ofFolders(List.of())) {
            Injector injector = Guice.createInjector(new CoreModule(catalogue));
            assertThatThrownBy(() -> injector.getInstance(Part.class)).isInstanceOf(ConfigurationException.class);
        }
    }
}
