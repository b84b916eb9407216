package org.scedit.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.scedit.core.plugin.PluginJarBuilder.plugin;
import static org.scedit.core.plugin.PluginJarBuilder.working;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;

class PluginCatalogueTest {
    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("plugins"));
    }

    @Test
    void offersTheTunersOfEveryJarByIdAndIgnoresOtherFiles() throws Exception {
        plugin("pair")
                .offering("demo.pair", "Second", "tuner-b")
                .offering("demo.pair", "First", "tuner-a")
                .jar(file("pair.jar"));
        working("alone").jar(file("alone.jar"));
        Files.writeString(file("README.md"), "drop plugins here");

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            assertThat(catalogue.tuners().keySet()).containsExactly("alone", "tuner-a", "tuner-b");
            assertThat(catalogue.tuners().get("tuner-b").id()).isEqualTo("tuner-b");
        }
    }

    @Test
    void offersAnnotatorsBesideTuners() throws Exception {
        working("tuner").annotating("demo.maps", "Edges", "edges").jar(file("both.jar"));

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            assertThat(catalogue.tuners()).containsOnlyKeys("tuner");
            assertThat(catalogue.annotators()).containsOnlyKeys("edges");
            assertThat(catalogue.annotators().get("edges").summary()).isEqualTo("does nothing");
            assertThat(catalogue.describe("edges"))
                    .contains(catalogue.describe("tuner").orElseThrow());
        }
    }

    @Test
    void everyPluginHasItsOwnClassLoaderAndTheApiOfTheFramework() throws Exception {
        // both jars hold a class of the same name
        plugin("one").offering("demo", "Provider", "one").jar(file("one.jar"));
        plugin("two").offering("demo", "Provider", "two").jar(file("two.jar"));

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            TunerProvider<?> one = catalogue.tuners().get("one");
            TunerProvider<?> two = catalogue.tuners().get("two");
            assertThat(one.getClass().getName()).isEqualTo(two.getClass().getName());
            assertThat(one.getClass()).isNotSameAs(two.getClass());
            assertThat(one.getClass().getClassLoader()).isNotSameAs(TunerProvider.class.getClassLoader());
        }
    }

    @Test
    void aCopyOfTheApiInTheJarIsNotUsed() throws Exception {
        // an own TunerProvider would make the extension "no TunerProvider"
        working("bundles")
                .source(
                        "org.scedit.api.Setting",
                        "package org.scedit.api; public @interface Setting { String other() default \"\"; }")
                .source("org.scedit.api.TunerProvider", TUNER_PROVIDER_COPY)
                .jar(file("bundles.jar"));

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            assertThat(catalogue.tuners()).containsOnlyKeys("bundles");
        }
    }

    @Test
    void describesWhereATunerComesFrom() throws Exception {
        Path jar = working("origin").entry("Plugin-Version", "1.4.2").jar(file("origin.jar"));
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            assertThat(catalogue.describe("origin"))
                    .contains(new PluginDescription("origin", "1.4.2", jar.toString(), sha256));
            assertThat(catalogue.describe("other")).isEmpty();
        }
    }

    @Test
    void aPluginMayNeedAnother() throws Exception {
        working("base").entry("Plugin-Version", "1.2.0").jar(file("z-base.jar"));
        working("user")
                .entry("Plugin-Dependencies", "base@>=1.1.0, extra?@>=1.0.0")
                .jar(file("a-user.jar"));

        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder))) {
            assertThat(catalogue.tuners()).containsOnlyKeys("base", "user");
        }
    }

    @Test
    void closingStopsEveryPluginEvenAfterOneThatFails() throws Exception {
        for (String id : List.of("one", "two", "three")) {
            Path note = temporary.resolve(id + ".stopped");
            working(id)
                    .entry("Plugin-Class", "demo.Lifecycle")
                    .source("demo.Lifecycle", stoppingPlugin(note))
                    .jar(file(id + ".jar"));
        }
        var catalogue = PluginCatalogue.ofFolders(List.of(folder));
        assertThat(temporary.resolve("one.stopped")).doesNotExist();

        catalogue.close();
        catalogue.close();

        assertThat(List.of("one", "two", "three"))
                .allSatisfy(id -> assertThat(temporary.resolve(id + ".stopped")).exists());
        assertThat(catalogue.tuners()).isEmpty();
    }

    @Test
    void readsPluginsFromTheClassPath() throws Exception {
        Path classes = working("library").folder(Files.createDirectory(temporary.resolve("classes")));
        Path jar = working("packed").entry("Plugin-Version", "1.3.0").jar(temporary.resolve("packed.jar"));
        working("dropped").jar(file("dropped.jar"));
        var urls = new URL[] {classes.toUri().toURL(), jar.toUri().toURL()};

        try (var loader = new URLClassLoader(urls, getClass().getClassLoader());
                var catalogue = PluginCatalogue.open(List.of(folder), loader)) {
            assertThat(catalogue.tuners()).containsOnlyKeys("library", "packed", "dropped");
            assertThat(catalogue.describe("library"))
                    .contains(new PluginDescription(
                            "classes", "unpackaged", classes.toString(), PluginFiles.sha256(classes)));
            assertThat(catalogue.describe("packed"))
                    .contains(new PluginDescription("packed", "1.3.0", jar.toString(), PluginFiles.sha256(jar)));
        }
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        Path missing = temporary.resolve("missing");
        assertThat(refusal(missing))
                .isEqualTo(missing + ": not a readable folder (NoSuchFileException: " + missing
                        + "); plugins are read from the jars in a folder\n1 problem, no plugin was loaded");
    }

    @Test
    void refusesAJarThatIsNoZip() throws Exception {
        Files.writeString(file("corrupt.jar"), "<html>404 Not Found</html>");
        assertRefused("corrupt.jar: not a readable jar (ZipException: zip END header not found); build or download it"
                + " again, or remove it");
    }

    @Test
    void refusesAJarThatBreaksOff() throws Exception {
        Path jar = working("half").jar(file("half.jar"));
        byte[] whole = Files.readAllBytes(jar);
        Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
        assertRefused("half.jar: not a readable jar (ZipException: zip END header not found); build or download it"
                + " again, or remove it");
    }

    @Test
    void refusesAJarThatIsNoPlugin() throws Exception {
        working("library").entry("Plugin-Id", null).jar(file("library.jar"));
        assertRefused("library.jar: not a plugin, its manifest has no Plugin-Id; only plugins belong into this folder,"
                + " move it elsewhere");
    }

    @Test
    void refusesAPluginForAnotherApi() throws Exception {
        working("future")
                .entry("Plugin-Requires", ">=2.0.0 & <3.0.0")
                .entry("Plugin-Version", "2.1.0")
                .jar(file("future.jar"));
        assertRefused("future.jar: plugin 'future' needs API version >=2.0.0 & <3.0.0, this framework has 1.0.0; use a"
                + " build of the plugin for 1.0.0, or remove it");
    }

    @Test
    void refusesAPluginThatDoesNotSayItsApi() throws Exception {
        working("silent").entry("Plugin-Requires", null).jar(file("silent.jar"));
        assertRefused("silent.jar: plugin 'silent' does not say which API versions it works with; add Plugin-Requires"
                + " to its manifest, such as '>=1.0.0 & <2.0.0'");
    }

    @Test
    void refusesVersionsThatAreNone() throws Exception {
        working("odd")
                .entry("Plugin-Version", "newest")
                .entry("Plugin-Requires", "the new one")
                .jar(file("odd.jar"));
        assertRefused(
                "odd.jar: plugin 'odd' has Plugin-Version 'newest' in its manifest, expected a version such as 1.0.0",
                "odd.jar: plugin 'odd' has Plugin-Requires 'the new one' in its manifest, expected versions such as"
                        + " '>=1.0.0 & <2.0.0'");
    }

    @Test
    void refusesTwoPluginsWithOneId() throws Exception {
        plugin("same").offering("demo.a", "Provider", "tuner-a").jar(file("a.jar"));
        plugin("same")
                .entry("Plugin-Version", "1.1.0")
                .offering("demo.b", "Provider", "tuner-b")
                .jar(file("b.jar"));
        assertRefused("b.jar: plugin 'same' 1.1.0 is here a second time, the first is " + file("a.jar")
                + " (1.0.0); remove one of them");
    }

    @Test
    void refusesTwoTunersWithOneId() throws Exception {
        plugin("one").offering("demo", "Provider", "lora").jar(file("one.jar"));
        plugin("two").offering("demo", "Provider", "lora").jar(file("two.jar"));
        assertRefused("two.jar: plugin 'two' offers tuner 'lora', and so does plugin 'one' (" + file("one.jar")
                + "); remove one of them");
    }

    @Test
    void refusesAnAnnotatorWithTheIdOfAnother() throws Exception {
        plugin("one").annotating("demo", "Maps", "edges").jar(file("one.jar"));
        plugin("two").annotating("demo", "Maps", "edges").jar(file("two.jar"));
        plugin("zero").offering("demo", "Provider", "edges").jar(file("zero.jar"));
        assertRefused(
                "two.jar: plugin 'two' offers annotator 'edges', and so does plugin 'one' (" + file("one.jar")
                        + "); remove one of them",
                "zero.jar: plugin 'zero' offers tuner 'edges', and plugin 'one' offers annotator 'edges' ("
                        + file("one.jar") + "); remove one of them");
    }

    @Test
    void refusesAnnotatorsWithTheIdOfABuiltInCondition() throws Exception {
        plugin("maps")
                .annotating("demo", "Files", "file")
                .annotating("demo", "Scenes", "scene")
                .jar(file("maps.jar"));
        assertRefused(
                "maps.jar: extension class demo.Files has the id 'file', which in recipes is the condition of ready maps"
                        + " in a folder; choose another",
                "maps.jar: extension class demo.Scenes has the id 'scene', which in recipes is the condition of exact"
                        + " maps of a scene; choose another");
    }

    @Test
    void refusesAPluginThatOffersNothing() throws Exception {
        plugin("empty").jar(file("empty.jar"));
        assertRefused("empty.jar: plugin 'empty' offers nothing, META-INF/extensions.idx names no class; annotate its"
                + " TunerProvider or Annotator with @Extension and build it with pf4j as annotation processor");
    }

    @Test
    void refusesExtensionsThatCannotBeMade() throws Exception {
        plugin("broken")
                .source(
                        "demo.Throws",
                        provider("Throws", "public Throws() { throw new IllegalStateException(\"no table\"); }"))
                .indexed("demo.Throws")
                .source("demo.NeedsName", provider("NeedsName", "public NeedsName(String name) {}"))
                .indexed("demo.NeedsName")
                .source("demo.Other", "package demo; public class Other {}")
                .indexed("demo.Other")
                .source("demo.Named", provider("Named", "public Named() {}").replace("\"x\"", "\"My Tuner\""))
                .indexed("demo.Named")
                .indexed("demo.Absent")
                .source("demo.Static", provider("Static", "static final int TABLE = Integer.parseInt(\"many\");"))
                .indexed("demo.Static")
                .jar(file("broken.jar"));
        assertRefused(
                "broken.jar: extension class demo.Absent cannot be used: class demo.Absent is neither in the jar nor in"
                        + " the framework",
                "broken.jar: extension class demo.Named has the id 'My Tuner'; ids are lower case letters, digits and"
                        + " hyphens, such as 'sc-tuner'",
                "broken.jar: extension class demo.NeedsName has no public constructor without parameters; add one",
                "broken.jar: extension class demo.Other is none of TunerProvider, Annotator and Measure; implement one of"
                        + " these of org.scedit.api, or leave out @Extension",
                "broken.jar: extension class demo.Static cannot be used: NumberFormatException: For input string:"
                        + " \"many\"",
                "broken.jar: extension class demo.Throws cannot be used: IllegalStateException: no table");
    }

    @Test
    void refusesAPluginWhoseLibraryIsMissing() throws Exception {
        plugin("lacking")
                .source("lib.Maths", "package lib; public class Maths { public static void start() {} }")
                .without("lib.Maths")
                .source("demo.Lacking", provider("Lacking", "public Lacking() { lib.Maths.start(); }"))
                .indexed("demo.Lacking")
                .jar(file("lacking.jar"));
        assertRefused("lacking.jar: extension class demo.Lacking cannot be used: class lib.Maths is neither in the jar"
                + " nor in the framework");
    }

    @Test
    void refusesAPluginWhosePluginIsMissingOrTooOld() throws Exception {
        working("old").entry("Plugin-Version", "1.0.0").jar(file("old.jar"));
        working("user").entry("Plugin-Dependencies", "old@>=1.5.0, absent").jar(file("user.jar"));
        assertRefused(
                "user.jar: plugin 'user' needs plugin 'old' >=1.5.0, which is here as 1.0.0 (" + file("old.jar")
                        + "); put a fitting jar into the folder, or remove this one",
                "user.jar: plugin 'user' needs plugin 'absent', which is missing; put a fitting jar into the folder, or"
                        + " remove this one");
    }

    @Test
    void refusesPluginsThatNeedEachOther() throws Exception {
        working("hen").entry("Plugin-Dependencies", "egg").jar(file("hen.jar"));
        working("egg").entry("Plugin-Dependencies", "hen").jar(file("egg.jar"));
        working("chick").entry("Plugin-Dependencies", "egg").jar(file("chick.jar"));
        assertThat(refusal(folder))
                .isEqualTo(file("egg.jar") + ", " + file("hen.jar")
                        + ": the plugins 'egg', 'hen' need each other in a circle; none of them can be loaded first\n"
                        + "1 problem, no plugin was loaded");
    }

    @Test
    void refusesAPluginThatDoesNotStart() throws Exception {
        working("stuck")
                .entry("Plugin-Class", "demo.Stuck")
                .source(
                        "demo.Stuck",
                        "package demo; public class Stuck extends org.pf4j.Plugin {"
                                + " public void start() { throw new IllegalStateException(\"port taken\"); } }")
                .jar(file("stuck.jar"));
        working("unplugged").entry("Plugin-Class", "demo.Nowhere").jar(file("unplugged.jar"));
        assertRefused(
                "stuck.jar: plugin 'stuck' does not start: IllegalStateException: port taken",
                "unplugged.jar: plugin 'unplugged' does not start: class demo.Nowhere is neither in the jar nor in the"
                        + " framework");
    }

    @Test
    void tellsEveryProblemAtOnceAndKeepsTheCauses() throws Exception {
        Files.writeString(file("corrupt.jar"), "");
        working("good").jar(file("good.jar"));
        working("old").entry("Plugin-Requires", "<1.0.0").jar(file("old.jar"));
        plugin("throws")
                .source("demo.Throws", provider("Throws", "public Throws() { throw new IllegalStateException(); }"))
                .indexed("demo.Throws")
                .jar(file("throws.jar"));
        // what it needs is refused, which is told once
        working("user").entry("Plugin-Dependencies", "old").jar(file("user.jar"));

        assertRefused(
                "corrupt.jar: not a readable jar (ZipException: zip file is empty); build or download it again, or"
                        + " remove it",
                "old.jar: plugin 'old' needs API version <1.0.0, this framework has 1.0.0; use a build of the plugin"
                        + " for 1.0.0, or remove it",
                "throws.jar: extension class demo.Throws cannot be used: IllegalStateException");
        var refusal = catchThrowableOfType(UserException.class, () -> PluginCatalogue.ofFolders(List.of(folder)));
        assertThat(refusal.getSuppressed()).hasSize(2);
    }

    private static final String TUNER_PROVIDER_COPY = """
            package org.scedit.api;
            public interface TunerProvider<C extends Record> {
                String id();
                String summary();
                Class<C> configType();
                Tuner create(C config, UNetLayout unet, Parameters parameters);
            }
            """;

    private static String provider(String className, String member) {
        return """
                package demo;
                public class %s implements org.scedit.api.TunerProvider<%1$s.Config> {
                    public record Config() {}
                    %s
                    public String id() { return "x"; }
                    public String summary() { return "does nothing"; }
                    public Class<Config> configType() { return Config.class; }
                    public org.scedit.api.Tuner create(
                            Config config, org.scedit.api.UNetLayout unet, org.scedit.api.Parameters parameters) {
                        return new org.scedit.api.Tuner() {};
                    }
                }
                """.formatted(className, member);
    }

    private static String stoppingPlugin(Path note) {
        return """
                package demo;
                import java.nio.file.*;
                public class Lifecycle extends org.pf4j.Plugin {
                    public void stop() {
                        try {
                            Files.writeString(Path.of("%s"), "stopped");
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                        throw new IllegalStateException("cannot stop");
                    }
                }
                """.formatted(note.toString().replace("\\", "\\\\"));
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private static String refusal(Path folder) {
        return catchThrowableOfType(UserException.class, () -> PluginCatalogue.ofFolders(List.of(folder)))
                .getMessage();
    }

    /** @param problems without the folder's path, in order */
    private void assertRefused(String... problems) {
        String lines = Arrays.stream(problems)
                .map(problem -> folder + File.separator + problem + "\n")
                .collect(Collectors.joining());
        String count = problems.length == 1 ? "1 problem" : problems.length + " problems";
        assertThat(refusal(folder)).isEqualTo(lines + count + ", no plugin was loaded");
    }
}
