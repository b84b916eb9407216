package org.scedit.core.plugin;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.pf4j.Extension;
import org.scedit.api.TunerProvider;

/** Builds real plugins for tests: compiles their sources against the API and packs them. */
final class PluginJarBuilder {
    /** A provider of a tuner that does nothing; {@code %s} are package, class and tuner id. */
    private static final String PROVIDER = """
            package %s;
            public final class %s implements org.scedit.api.TunerProvider<%2$s.Config> {
                public record Config() {}
                public String id() { return "%s"; }
                public String summary() { return "does nothing"; }
                public Class<Config> configType() { return Config.class; }
                public org.scedit.api.Tuner create(
                        Config config, org.scedit.api.UNetLayout unet, org.scedit.api.Parameters parameters) {
                    return new org.scedit.api.Tuner() {};
                }
            }
            """;

    /** An annotator that gives the picture back; {@code %s} are package, class and id. */
    private static final String ANNOTATOR = """
            package %s;
            public final class %s implements org.scedit.api.Annotator<%2$s.Config> {
                public record Config() {}
                public String id() { return "%s"; }
                public String summary() { return "does nothing"; }
                public Class<Config> configType() { return Config.class; }
                public org.scedit.api.Picture annotate(Config config, org.scedit.api.Picture picture, long seed) {
                    return picture;
                }
            }
            """;

    private final Map<String, String> manifest = new LinkedHashMap<>();
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final List<String> index = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    /** A plugin of that id, version 1.0.0, made for this API, that offers nothing yet. */
    static PluginJarBuilder plugin(String id) {
        return new PluginJarBuilder()
                .entry("Plugin-Id", id)
                .entry("Plugin-Version", "1.0.0")
                .entry("Plugin-Requires", ">=1.0.0 & <2.0.0");
    }

    /** A plugin of that id that offers one tuner, also of that id. */
    static PluginJarBuilder working(String id) {
        return plugin(id).offering("demo." + id.replace("-", ""), "Provider", id);
    }

    /** Sets an entry of the manifest, or removes it with {@code null}. */
    PluginJarBuilder entry(String key, String value) {
        manifest.put(key, value);
        return this;
    }

    PluginJarBuilder offering(String packageName, String className, String tunerId) {
        return source(packageName + "." + className, PROVIDER.formatted(packageName, className, tunerId))
                .indexed(packageName + "." + className);
    }

    PluginJarBuilder annotating(String packageName, String className, String id) {
        return source(packageName + "." + className, ANNOTATOR.formatted(packageName, className, id))
                .indexed(packageName + "." + className);
    }

    PluginJarBuilder source(String className, String source) {
        sources.put(className, source);
        return this;
    }

    PluginJarBuilder indexed(String className) {
        index.add(className);
        return this;
    }

    /** Compiles against this class but does not pack it. */
    PluginJarBuilder without(String className) {
        leftOut.add(className.replace('.', '/') + ".class");
        return this;
    }

    /** Packs the plugin. */
    Path jar(Path file) throws IOException {
        var content = new Manifest();
        content.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach((key, value) -> {
            if (value != null) {
                content.getMainAttributes().putValue(key, value);
            }
        });
        Path classes = folder(Files.createTempDirectory(file.toAbsolutePath().getParent(), "classes"));
        try (OutputStream out = Files.newOutputStream(file);
                var jar = new JarOutputStream(out, content);
                Stream<Path> tree = Files.walk(classes)) {
            for (Path source : tree.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(
                        new JarEntry(classes.relativize(source).toString().replace('\\', '/')));
                Files.copy(source, jar);
                jar.closeEntry();
            }
        }
        return file;
    }

    /** Lays out the classes and the index in a folder, as Maven does in {@code target/classes}. */
    Path folder(Path folder) throws IOException {
        compileTo(folder);
        if (!index.isEmpty()) {
            Files.createDirectories(folder.resolve("META-INF"));
            Files.writeString(folder.resolve(PluginFiles.INDEX), "# extensions\n" + String.join("\n", index) + "\n");
        }
        for (String name : leftOut) {
            Files.delete(folder.resolve(name));
        }
        return folder;
    }

    private void compileTo(Path folder) throws IOException {
        if (sources.isEmpty()) {
            return;
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        Path sourceFolder = Files.createTempDirectory(folder.toAbsolutePath().getParent(), "sources");
        var errors = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            List<Path> written = sources.entrySet().stream()
                    .map(source -> write(sourceFolder, source.getKey(), source.getValue()))
                    .toList();
            List<String> options =
                    List.of("-proc:none", "--release", "17", "-d", folder.toString(), "-cp", classPathOfApi());
            var task = compiler.getTask(errors, files, null, options, null, files.getJavaFileObjectsFromPaths(written));
            if (!task.call()) {
                throw new IllegalStateException(errors.toString());
            }
        }
    }

    private static Path write(Path sourceFolder, String className, String source) {
        try {
            Path file = sourceFolder.resolve(className.replace('.', '/') + ".java");
            Files.createDirectories(file.getParent());
            return Files.writeString(file, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the classes themselves: under Maven, java.class.path may name nothing but a starter jar. */
    private static String classPathOfApi() {
        return Stream.of(TunerProvider.class, Extension.class, NDArray.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(url -> {
                    try {
                        return Path.of(url.toURI()).toString();
                    } catch (URISyntaxException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .collect(Collectors.joining(System.getProperty("path.separator")));
    }
}
