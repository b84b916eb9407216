package org.scedit.core.plugin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.scedit.api.Annotator;
import org.scedit.api.Measure;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.scenes.SceneMeasure;

/**
 * The tuners, annotators and measures that a recipe can use: those of plugin jars, each with a class loader of its own,
 * and those on the application's class path. Everything is checked when it is opened: either every plugin found works, or one error
 * tells what is wrong with which of them.
 *
 * <p>Closing it stops the plugins and closes their jars; providers and tuners must not be used afterwards.
 */
public final class PluginCatalogue implements AutoCloseable {
    /**
     * The version of {@code org.scedit.api}: what {@code Plugin-Requires} in a plugin's manifest is compared with. The
     * first number changes when a plugin must be rebuilt, the second when the API gains something.
     */
    public static final String API_VERSION = "1.0.0";

    private record Offer(Offered offered, PluginDescription plugin) {}

    private final IsolatedPlugins plugins = new IsolatedPlugins(API_VERSION);
    private final SortedMap<String, Offer> offers = new TreeMap<>();

    private PluginCatalogue() {}

    /**
     * The plugins in the jars of some folders, the class path aside.
     *
     * @param folders folders of plugin jars; files with other endings are ignored
     * @return the catalogue, to be closed by the caller
     * @throws UserException with every problem of every plugin
     */
    public static PluginCatalogue ofFolders(List<Path> folders) {
        return open(folders, Optional.empty());
    }

    /**
     * The plugins on the class path, for tests and for programs that use the framework as a library.
     *
     * @return the catalogue, to be closed by the caller
     * @throws UserException with every problem of every plugin
     */
    public static PluginCatalogue ofClassPath() {
        return open(List.of(), PluginCatalogue.class.getClassLoader());
    }

    /**
     * The plugins in the jars of some folders and those of a class loader.
     *
     * @param folders   folders of plugin jars; files with other endings are ignored
     * @param classPath sees the API's classes and the plugins' {@code META-INF/extensions.idx}
     * @return the catalogue, to be closed by the caller
     * @throws UserException with every problem of every plugin
     */
    public static PluginCatalogue open(List<Path> folders, ClassLoader classPath) {
        return open(folders, Optional.of(classPath));
    }

    private static PluginCatalogue open(List<Path> folders, Optional<ClassLoader> classPath) {
        var catalogue = new PluginCatalogue();
        SceneMeasure.all().forEach(catalogue::offerBuiltIn);
        var problems = new Problems();
        try {
            catalogue.load(usable(folders, problems), problems);
            classPath.ifPresent(loader -> catalogue.loadClassPath(loader, problems));
            problems.refuse();
            return catalogue;
        } catch (RuntimeException refused) {
            catalogue.close();
            throw refused;
        }
    }

    private void offerBuiltIn(SceneMeasure measure) {
        offers.put(measure.id(), new Offer(Offered.of(measure).orElseThrow(), PluginDescription.BUILT_IN));
    }

    /** The jars whose files are right, in the order in which they can be loaded. */
    private static List<PluginJar> usable(List<Path> folders, Problems problems) {
        var versions = new Versions();
        Map<String, PluginJar> found = new LinkedHashMap<>();
        var usable = new ArrayList<PluginJar>();
        for (Path file : jars(folders, problems)) {
            PluginJar.read(file, problems).ifPresent(jar -> {
                boolean fits = jar.fits(API_VERSION, versions, problems);
                PluginJar first = found.putIfAbsent(jar.id(), jar);
                if (first != null) {
                    problems.add(
                            file,
                            "plugin '" + jar.id() + "' " + jar.version() + " is here a second time, the first is "
                                    + first.file() + " (" + first.version() + "); remove one of them");
                } else if (fits) {
                    usable.add(jar);
                }
            });
        }
        return LoadOrder.of(found, usable, versions, problems);
    }

    private static List<Path> jars(List<Path> folders, Problems problems) {
        var jars = new ArrayList<Path>();
        for (Path folder : folders) {
            try {
                jars.addAll(PluginFiles.jars(folder));
            } catch (IOException e) {
                problems.add(
                        folder,
                        "not a readable folder (" + Problems.reason(e)
                                + "); plugins are read from the jars in a folder",
                        e);
            }
        }
        return jars;
    }

    private void load(List<PluginJar> jars, Problems problems) {
        for (PluginJar jar : jars) {
            try {
                ClassLoader loader = plugins.start(jar);
                offer(jar.extensions(), loader, jar.description(), problems);
            } catch (RuntimeException e) {
                problems.add(jar.file(), "plugin '" + jar.id() + "' does not start: " + Problems.reason(e), e);
            }
        }
    }

    private void loadClassPath(ClassLoader loader, Problems problems) {
        for (ClassPathPlugins place : ClassPathPlugins.find(loader, problems)) {
            offer(place.extensions(), loader, place.description(), problems);
        }
    }

    private void offer(List<String> extensions, ClassLoader loader, PluginDescription plugin, Problems problems) {
        for (String extension : extensions) {
            Extensions.create(extension, loader, plugin.origin(), problems).ifPresent(offered -> {
                Offer first = offers.putIfAbsent(offered.id(), new Offer(offered, plugin));
                if (first != null) {
                    problems.add(plugin.origin(), offeredTwice(offered, plugin, first));
                }
            });
        }
    }

    private static String offeredTwice(Offered offered, PluginDescription plugin, Offer first) {
        String other = "plugin '" + first.plugin().plugin() + "'";
        boolean alike = first.offered().kind().equals(offered.kind());
        return "plugin '" + plugin.plugin() + "' offers " + offered.kind() + " '" + offered.id() + "', and "
                + (alike
                        ? "so does " + other
                        : other + " offers " + first.offered().kind() + " '" + offered.id() + "'")
                + " (" + first.plugin().origin() + "); remove one of them";
    }

    /** The tuner providers by the id that recipes use, in the order of the ids; empty once this is closed. */
    public Map<String, TunerProvider<?>> tuners() {
        Map<String, TunerProvider<?>> tuners = new LinkedHashMap<>();
        offers.forEach((id, offer) -> {
            if (offer.offered().extension() instanceof TunerProvider<?> provider) {
                tuners.put(id, provider);
            }
        });
        return Collections.unmodifiableMap(tuners);
    }

    /** The annotators by the id that recipes use, in the order of the ids; empty once this is closed. */
    public Map<String, Annotator<?>> annotators() {
        Map<String, Annotator<?>> annotators = new LinkedHashMap<>();
        offers.forEach((id, offer) -> {
            if (offer.offered().extension() instanceof Annotator<?> annotator) {
                annotators.put(id, annotator);
            }
        });
        return Collections.unmodifiableMap(annotators);
    }

    /** The measures, built in or of plugins, by the id that recipes use, in the order of the ids; empty once this is closed. */
    public Map<String, Measure<?>> measures() {
        Map<String, Measure<?>> measures = new LinkedHashMap<>();
        offers.forEach((id, offer) -> {
            if (offer.offered().extension() instanceof Measure<?> measure) {
                measures.put(id, measure);
            }
        });
        return Collections.unmodifiableMap(measures);
    }

    /**
     * Where a tuner, an annotator or a measure comes from.
     *
     * @param id its id, as in {@code use: sc-tuner}; no two have the same
     * @return empty if no plugin offers it
     */
    public Optional<PluginDescription> describe(String id) {
        return Optional.ofNullable(offers.get(id)).map(Offer::plugin);
    }

    /** Stops the plugins and closes their jars; closing again does nothing. */
    @Override
    public void close() {
        // first drop what refers to the plugins' classes, or their class loaders stay
        offers.clear();
        plugins.unloadAll();
    }
}
