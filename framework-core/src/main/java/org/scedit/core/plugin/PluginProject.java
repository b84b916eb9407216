package org.scedit.core.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.scedit.core.UserException;

/**
 * The project of a new plugin with one tuner, which builds by itself: settings, tuner, provider, their test, a recipe.
 * Its files are the templates in the resource folder {@code project/}, in which <code>{{name}}</code> stands for a name
 * of {@link #names}.
 */
public final class PluginProject {
    private static final String TEMPLATES = "project/";
    private static final String SUFFIX = "Tuner";

    private final String id;
    private final String packageName;
    private final Path folder;

    private PluginProject(String id, String packageName, Path folder) {
        this.id = id;
        this.packageName = packageName;
        this.folder = folder;
    }

    /**
     * A project whose files can be written.
     *
     * @param id          the tuner's id in recipes, also the plugin's and the jar's name; begins with a letter
     * @param packageName of its classes; empty for {@code org.example.} and the id without hyphens
     * @param folder      where it goes: a folder that is not there yet, or an empty one; empty for the id, in the working
     *                    directory
     * @param installed   the plugins that it will be used with
     * @throws UserException with everything that speaks against these names; nothing is written
     */
    public static PluginProject of(
            String id, Optional<String> packageName, Optional<Path> folder, PluginCatalogue installed) {
        var problems = new ArrayList<String>();
        Optional<String> flaw = Ids.flaw(id);
        if (flaw.isPresent()) {
            problems.add("a plugin cannot have the id " + flaw.get());
        } else {
            if (!Character.isLetter(id.charAt(0))) {
                problems.add("a new plugin cannot have the id '" + id
                        + "'; its classes are named after it, so it must begin with a letter");
            }
            whoHas(id, installed)
                    .ifPresent(origin -> problems.add("a plugin with the id '" + id + "' is installed already ("
                            + origin + "); choose another id, or remove that one"));
        }
        // what is derived from a wrong id would only repeat what is wrong
        if (problems.isEmpty() || packageName.isPresent()) {
            packageFlaw(packageName.orElseGet(() -> defaultPackage(id))).ifPresent(problems::add);
        }
        if (problems.isEmpty() || folder.isPresent()) {
            folderFlaw(folder.orElseGet(() -> Path.of(id))).ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was written");
        }
        return new PluginProject(
                id, packageName.orElseGet(() -> defaultPackage(id)), folder.orElseGet(() -> Path.of(id)));
    }

    /** Where the plugin comes from that offers this id, or has it itself: two of one id are refused when loaded. */
    private static Optional<String> whoHas(String id, PluginCatalogue installed) {
        return Stream.concat(installed.tuners().keySet().stream(), installed.annotators().keySet().stream())
                .filter(offered -> offered.equals(id)
                        || installed.describe(offered).orElseThrow().plugin().equals(id))
                .map(offered -> installed.describe(offered).orElseThrow().origin())
                .findFirst();
    }

    private static String defaultPackage(String id) {
        return "org.example." + id.replace("-", "");
    }

    private static Optional<String> packageFlaw(String name) {
        if (!SourceVersion.isName(name, SourceVersion.RELEASE_17)) {
            return Optional.of("'" + name + "' is no name of a package; choose one such as org.example.mytuner");
        }
        return Stream.concat(IsolatedPlugins.SHARED.stream(), Stream.of("java."))
                .filter((name + ".")::startsWith)
                .findFirst()
                .map(shared -> "classes of a plugin cannot be in package '" + name + "', all below "
                        + shared.substring(0, shared.length() - 1)
                        + " comes from elsewhere; choose one such as org.example.mytuner");
    }

    private static Optional<String> folderFlaw(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        if (absolute.equals(Path.of("").toAbsolutePath().normalize())) {
            return Optional.of("'" + folder + "' is the working directory; name a folder in it that is not there yet");
        }
        if (!Files.exists(absolute)) {
            return Optional.empty();
        }
        if (!Files.isDirectory(absolute)) {
            return Optional.of(folder + ": is a file; name a folder that is not there yet");
        }
        try (Stream<Path> content = Files.list(absolute)) {
            return content.findAny().isEmpty()
                    ? Optional.empty()
                    : Optional.of(folder + ": is there already and not empty; name another folder, or empty this one");
        } catch (IOException | UncheckedIOException e) {
            return Optional.of(folder + ": cannot be read (" + Problems.reason(e) + "); name another folder");
        }
    }

    /** Where it is written to, as it was given. */
    public Path folder() {
        return folder;
    }

    /**
     * Writes the project: all of it, or nothing.
     *
     * @return its files, below {@link #folder}, in the order in which one reads them
     * @throws UserException if the disk refuses; nothing is left of the project then
     */
    public List<Path> write() {
        Path target = folder.toAbsolutePath().normalize();
        // beside the target, so that the last step is one renaming
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            for (var file : files().entrySet()) {
                Path path = temporary.resolve(file.getKey());
                Files.createDirectories(path.getParent());
                Files.writeString(path, filled(file.getValue()));
            }
            Files.deleteIfExists(target);
            Files.move(temporary, target);
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw new UserException(
                    "cannot write " + folder + ": " + Problems.reason(e)
                            + "; free some space or choose another folder, nothing was written",
                    e);
        }
        return files().keySet().stream().map(folder::resolve).toList();
    }

    /** Template by the file that is made of it. */
    private Map<String, String> files() {
        String sources = "/java/" + packageName.replace('.', '/') + "/" + className();
        Map<String, String> files = new LinkedHashMap<>();
        files.put("README.md", "README.md");
        files.put("src/main" + sources + "Config.java", "Config.java");
        files.put("src/main" + sources + ".java", "Tuner.java");
        files.put("src/main" + sources + "Provider.java", "Provider.java");
        files.put("src/test" + sources + "Test.java", "Test.java");
        files.put("recipe.yaml", "recipe.yaml");
        files.put("pom.xml", "pom.xml");
        files.put(".gitignore", "gitignore");
        return files;
    }

    /**
     * {@code my-tuner} → {@code MyTuner}. All end in {@code Tuner} and are longer: so none is a name that the templates
     * import.
     */
    private String className() {
        String name = Arrays.stream(id.split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
        return name.endsWith(SUFFIX) && name.length() > SUFFIX.length() ? name : name + SUFFIX;
    }

    /** What the placeholders stand for. */
    private Map<String, String> names() {
        int major = Integer.parseInt(PluginCatalogue.API_VERSION.split("\\.")[0]);
        return Map.of(
                "id",
                id,
                "package",
                packageName,
                "class",
                className(),
                "version",
                frameworkVersion(),
                "api",
                PluginCatalogue.API_VERSION,
                "next-api",
                (major + 1) + ".0.0");
    }

    /** The version of the framework's artifacts. */
    private static String frameworkVersion() {
        var properties = new Properties();
        try (InputStream in = PluginProject.class.getResourceAsStream("framework.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private String filled(String template) throws IOException {
        try (InputStream in = PluginProject.class.getResourceAsStream(TEMPLATES + template + ".template")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (var name : names().entrySet()) {
                text = text.replace("{{" + name.getKey() + "}}", name.getValue());
            }
            return text;
        }
    }

    private static void deleteQuietly(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException ignored) {
            // the first failure is the one worth telling
        }
    }
}
