package org.scedit.core.plugin;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.pf4j.ManifestPluginDescriptorFinder;

/**
 * Plugins on the application's class path, as in a plugin's own tests or in a program that uses the framework as a
 * library: they share the application's class loader.
 *
 * @param description the jar or folder that they are in
 * @param extensions  names of its extension classes
 */
record ClassPathPlugins(PluginDescription description, List<String> extensions) {
    /** Every jar and folder that has an index of extensions, in the order of the class path. */
    static List<ClassPathPlugins> find(ClassLoader loader, Problems problems) {
        var found = new ArrayList<ClassPathPlugins>();
        try {
            for (URL index : Collections.list(loader.getResources(PluginFiles.INDEX))) {
                try {
                    found.add(read(index));
                } catch (IOException e) {
                    problems.add(index, "cannot be read: " + Problems.reason(e), e);
                }
            }
        } catch (IOException e) {
            problems.add("class path", "cannot be searched for plugins: " + Problems.reason(e), e);
        }
        return found;
    }

    private static ClassPathPlugins read(URL index) throws IOException {
        URLConnection connection = index.openConnection();
        // a cached connection would keep the jar open for as long as the program runs
        connection.setUseCaches(false);
        Path place;
        Optional<Attributes> manifest = Optional.empty();
        if (connection instanceof JarURLConnection inJar) {
            place = fileOf(inJar.getJarFileURL());
            try (var jar = new JarFile(place.toFile())) {
                manifest = Optional.ofNullable(jar.getManifest()).map(Manifest::getMainAttributes);
            }
        } else {
            place = fileOf(index).getParent().getParent();
        }
        String name = place.getFileName().toString();
        var description = new PluginDescription(
                manifest.map(entries -> entries.getValue(ManifestPluginDescriptorFinder.PLUGIN_ID))
                        .orElse(name),
                manifest.map(entries -> entries.getValue(ManifestPluginDescriptorFinder.PLUGIN_VERSION))
                        .orElse(PluginDescription.UNPACKAGED),
                place.toString(),
                PluginFiles.sha256(place));
        try (var lines = connection.getInputStream()) {
            return new ClassPathPlugins(description, PluginFiles.readIndex(lines));
        }
    }

    private static Path fileOf(URL url) throws IOException {
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException("not in a file: " + url, e);
        }
    }
}
