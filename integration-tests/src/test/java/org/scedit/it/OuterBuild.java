package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The Maven build that runs this test, and what it has packaged: for builds within a test. */
final class OuterBuild {
    /** The repository's folder. */
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final String GROUP = "org/scedit";

    private OuterBuild() {}

    /**
     * A local repository for Maven in which the framework is the one of this build and everything else is the machine's
     * own repository, by links: nothing is downloaded or copied a second time, and nothing of this build gets into the
     * machine's.
     *
     * @param folder is not there yet
     */
    static void repository(Path folder) throws IOException {
        Path machine = Path.of(property("repository"));
        Path group = folder.resolve(GROUP);
        Files.createDirectories(group);
        link(machine, folder);
        link(machine.resolve("org"), folder.resolve("org"));
        artifact(group, "scedit-parent", ROOT, false);
        for (String module : List.of("framework-api", "framework-core", "framework-testkit")) {
            artifact(group, module, ROOT.resolve(module), true);
        }
    }

    /** Links to all that is in a folder, except for what the other has already. */
    private static void link(Path from, Path to) throws IOException {
        try (Stream<Path> entries = Files.list(from)) {
            for (Path entry : entries.toList()) {
                Path link = to.resolve(entry.getFileName());
                if (!Files.exists(link)) {
                    Files.createSymbolicLink(link, entry);
                }
            }
        }
    }

    private static void artifact(Path group, String id, Path module, boolean jar) throws IOException {
        String version = property("version");
        Path folder = Files.createDirectories(group.resolve(id).resolve(version));
        String name = id + "-" + version;
        Files.copy(module.resolve("pom.xml"), folder.resolve(name + ".pom"));
        if (jar) {
            Files.copy(module.resolve("target").resolve(name + ".jar"), folder.resolve(name + ".jar"));
        }
    }

    /** The command of the same Maven, with the same settings, for another local repository. */
    static List<String> maven(Path repository) {
        var command = new ArrayList<String>();
        command.addAll(List.of(property("maven"), "-B", "-ntp", "-Dmaven.repo.local=" + repository));
        String settings = property("settings");
        if (Files.isRegularFile(Path.of(settings.substring(settings.indexOf('=') + 1)))) {
            command.add(settings);
        }
        if (property("offline").endsWith("true")) {
            command.add("--offline");
        }
        return command;
    }

    private static String property(String name) {
        String value = System.getProperty("build." + name);
        assertThat(value)
                .as("build.%s, which integration-tests/pom.xml sets", name)
                .isNotNull();
        return value;
    }

    /**
     * A folder with what an unpacked archive of the distribution has.
     *
     * @param folder is there, and empty
     */
    static void installation(Path folder) throws IOException {
        Path runnable = ROOT.resolve("distribution/target/scedit");
        // a copy: the launcher follows links to its own folder
        Files.copy(ROOT.resolve("scedit"), folder.resolve("scedit"));
        assertThat(folder.resolve("scedit").toFile().setExecutable(true)).isTrue();
        for (Path part : List.of(
                runnable.resolve("lib"),
                runnable.resolve("plugins"),
                ROOT.resolve("models"),
                ROOT.resolve("recipes"))) {
            assertThat(part).isDirectory();
            Files.createSymbolicLink(folder.resolve(part.getFileName()), part);
        }
    }

    /** Deletes a folder, of links only the links; nothing if it is not there. */
    static void deleteTree(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
