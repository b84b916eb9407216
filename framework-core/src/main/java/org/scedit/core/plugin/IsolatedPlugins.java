package org.scedit.core.plugin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.pf4j.JarPluginLoader;
import org.pf4j.JarPluginManager;
import org.pf4j.Plugin;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;
import org.scedit.api.TunerProvider;

/** PF4J's manager for checked jars: own class loader each, shared API, failures thrown rather than logged. */
final class IsolatedPlugins extends JarPluginManager {
    /** Packages, each with those below it, whose classes always come from the framework and never from a plugin's jar. */
    static final List<String> SHARED = List.of("org.scedit.api.", "ai.djl.", "org.pf4j.", "org.slf4j.");

    IsolatedPlugins(String apiVersion) {
        setSystemVersion(apiVersion);
        // otherwise PF4J reads the requirement 1.0.0 as "1.0.0 or later"
        setExactVersionAllowed(true);
    }

    /**
     * Loads and starts a plugin; those it needs come first.
     *
     * @return the class loader of its classes
     * @throws PluginRuntimeException if it does not start
     */
    ClassLoader start(PluginJar jar) {
        loadPlugin(jar.file());
        PluginWrapper wrapper = getPlugin(jar.id());
        if (startPlugin(jar.id()) != PluginState.STARTED) {
            throw new PluginRuntimeException(wrapper.getFailedException(), "not started");
        }
        return wrapper.getPluginClassLoader();
    }

    /** Stops and unloads everything, the last loaded first; a plugin that fails to stop does not keep the others. */
    void unloadAll() {
        // over a copy: PF4J's own stopPlugins() fails with a ConcurrentModificationException
        List<PluginWrapper> loaded = new ArrayList<>(getResolvedPlugins());
        Collections.reverse(loaded);
        loaded.forEach(wrapper -> unloadPlugin(wrapper.getPluginId()));
    }

    @Override
    protected PluginLoader createPluginLoader() {
        return new JarPluginLoader(this) {
            @Override
            protected PluginClassLoader createPluginClassLoader(Path file, PluginDescriptor descriptor) {
                return new SharedApiClassLoader(IsolatedPlugins.this, descriptor);
            }
        };
    }

    /** A plugin is switched off by removing its jar, not by a list of names beside it. */
    @Override
    protected PluginStatusProvider createPluginStatusProvider() {
        return new PluginStatusProvider() {
            @Override
            public boolean isPluginDisabled(String id) {
                return false;
            }

            @Override
            public void disablePlugin(String id) {
                throw new UnsupportedOperationException("remove the jar of plugin '" + id + "' instead");
            }

            @Override
            public void enablePlugin(String id) {}
        };
    }

    /** PF4J's factory logs what is wrong with a plugin's class and returns null. */
    @Override
    protected PluginFactory createPluginFactory() {
        return wrapper -> {
            try {
                return wrapper.getPluginClassLoader()
                        .loadClass(wrapper.getDescriptor().getPluginClass())
                        .asSubclass(Plugin.class)
                        .getConstructor()
                        .newInstance();
            } catch (ReflectiveOperationException | ClassCastException e) {
                throw new PluginRuntimeException(e);
            }
        };
    }

    /**
     * Classes come from the jar first, except those that framework and plugin talk with: a second copy of the API
     * would not be an extension, and a second copy of DJL cannot load the native library again.
     */
    private static final class SharedApiClassLoader extends PluginClassLoader {
        SharedApiClassLoader(IsolatedPlugins plugins, PluginDescriptor descriptor) {
            super(plugins, descriptor, TunerProvider.class.getClassLoader());
        }

        @Override
        protected boolean shouldDelegateToParent(String className) {
            return SHARED.stream().anyMatch(className::startsWith);
        }
    }
}
