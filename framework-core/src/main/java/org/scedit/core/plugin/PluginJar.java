package org.scedit.core.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.PluginDependency;
import org.pf4j.PluginDescriptor;

/**
 * A plugin's jar, read but not loaded.
 *
 * @param file       the jar
 * @param descriptor what its manifest says
 * @param extensions names of its extension classes
 * @param sha256     of its bytes
 */
record PluginJar(Path file, PluginDescriptor descriptor, List<String> extensions, String sha256) {
    /** PF4J's reading of a manifest, made callable. */
    private static final class Descriptors extends ManifestPluginDescriptorFinder {
        PluginDescriptor read(Manifest manifest) {
            return createPluginDescriptor(manifest);
        }
    }

    String id() {
        return descriptor.getPluginId();
    }

    String version() {
        return descriptor.getVersion();
    }

    PluginDescription description() {
        return new PluginDescription(id(), version(), file.toString(), sha256);
    }

    /** What it cannot do without. */
    List<PluginDependency> needs() {
        return descriptor.getDependencies().stream()
                .filter(dependency -> !dependency.isOptional())
                .toList();
    }

    /** @return empty if the file is no plugin; the problems then say why */
    static Optional<PluginJar> read(Path file, Problems problems) {
        try (var jar = new JarFile(file.toFile())) {
            Manifest manifest = jar.getManifest();
            if (manifest == null || manifest.getMainAttributes().getValue(Descriptors.PLUGIN_ID) == null) {
                problems.add(
                        file,
                        "not a plugin, its manifest has no Plugin-Id; only plugins belong into this folder, move it"
                                + " elsewhere");
                return Optional.empty();
            }
            PluginDescriptor descriptor = new Descriptors().read(manifest);
            return Optional.of(new PluginJar(file, descriptor, readIndex(jar), PluginFiles.sha256(file)));
        } catch (IOException e) {
            problems.add(
                    file,
                    "not a readable jar (" + Problems.reason(e) + "); build or download it again, or remove it",
                    e);
            return Optional.empty();
        }
    }

    private static List<String> readIndex(JarFile jar) throws IOException {
        ZipEntry index = jar.getEntry(PluginFiles.INDEX);
        if (index == null) {
            return List.of();
        }
        try (InputStream lines = jar.getInputStream(index)) {
            return PluginFiles.readIndex(lines);
        }
    }

    /** Whether it is made for this framework; the problems say everything that speaks against it. */
    boolean fits(String apiVersion, Versions versions, Problems problems) {
        boolean versionReadable = versions.isVersion(version());
        if (!versionReadable) {
            problems.add(
                    file,
                    "plugin '" + id() + "' has Plugin-Version '" + (version() == null ? "" : version())
                            + "' in its manifest, expected a version such as 1.0.0");
        }
        boolean offering = !extensions.isEmpty();
        if (!offering) {
            problems.add(
                    file,
                    "plugin '" + id() + "' offers nothing, " + PluginFiles.INDEX
                            + " names no class; annotate its TunerProvider or Annotator with @Extension and build it"
                            + " with pf4j as annotation processor");
        }
        return isForApi(apiVersion, versions, problems) && versionReadable && offering;
    }

    private boolean isForApi(String apiVersion, Versions versions, Problems problems) {
        String requires = descriptor.getRequires();
        if (requires.equals("*")) {
            problems.add(
                    file,
                    "plugin '" + id() + "' does not say which API versions it works with; add Plugin-Requires to its"
                            + " manifest, such as '>=" + apiVersion + " & <2.0.0'");
            return false;
        }
        Optional<Boolean> fits = versions.lies(apiVersion, requires);
        if (fits.isEmpty()) {
            problems.add(
                    file,
                    "plugin '" + id() + "' has Plugin-Requires '" + requires
                            + "' in its manifest, expected versions such as '>=" + apiVersion + " & <2.0.0'");
        } else if (!fits.get()) {
            problems.add(
                    file,
                    "plugin '" + id() + "' needs API version " + requires + ", this framework has " + apiVersion
                            + "; use a build of the plugin for " + apiVersion + ", or remove it");
        }
        return fits.orElse(false);
    }
}
