package org.scedit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.scedit.cli.MainTest.refused;
import static org.scedit.cli.MainTest.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.cli.MainTest.Outcome;

/** {@code scedit plugins new}: what it writes and what it refuses. That the project builds and trains, WalkThroughIT says. */
class NewPluginTest {
    private static final String OUTCOME = "\n1 problem, nothing was written\n";

    @TempDir
    private Path folder;

    @Test
    void theProjectsFilesAreWrittenAndNamed() throws IOException {
        Path project = folder.resolve("deep/my-tuner");
        Outcome outcome = run("plugins", "new", "my-tuner", "--folder", project);
        assertThat(outcome)
                .isEqualTo(new Outcome(
                        0, """
                        P/README.md
                        P/src/main/java/org/example/mytuner/MyTunerConfig.java
                        P/src/main/java/org/example/mytuner/MyTuner.java
                        P/src/main/java/org/example/mytuner/MyTunerProvider.java
                        P/src/test/java/org/example/mytuner/MyTunerTest.java
                        P/recipe.yaml
                        P/pom.xml
                        P/.gitignore
                        """.replace("P/", project + "/"), "how to build and use it: " + project + "/README.md\n"));
        assertThat(files(project))
                .containsExactlyInAnyOrderElementsOf(
                        outcome.out().lines().map(Path::of).toList());
        assertThat(files(folder)).as("nothing beside it").hasSize(8);
        assertThat(files(project)).allSatisfy(file -> assertThat(file).content().doesNotContain("{{", "}}"));
        assertThat(project.resolve("src/main/java/org/example/mytuner/MyTunerProvider.java"))
                .content()
                .startsWith("package org.example.mytuner;\n")
                .contains("public final class MyTunerProvider implements", "return \"my-tuner\";");
        assertThat(project.resolve("pom.xml"))
                .content()
                .contains(
                        "<artifactId>my-tuner</artifactId>",
                        "<scedit.version>1.0.0</scedit.version>",
                        "<Plugin-Requires>&gt;=1.0.0 &amp; &lt;2.0.0</Plugin-Requires>");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile).toList();
        }
    }

    /** A class named Tuner would hide the API's. */
    @ParameterizedTest
    @CsvSource({
        "my-tuner, MyTuner",
        "tuner, TunerTuner",
        "linear, LinearTuner",
        "oft-v2, OftV2Tuner",
        "t2i-adapter, T2iAdapterTuner"
    })
    void classesAreNamedAfterTheId(String id, String expected) {
        Path project = folder.resolve("project");
        assertThat(run("plugins", "new", id, "--folder", project).status()).isZero();
        String sources = "src/main/java/org/example/" + id.replace("-", "");
        assertThat(project.resolve(sources).resolve(expected + ".java")).isRegularFile();
    }

    @Test
    void thePackageCanBeChosen() {
        Path project = folder.resolve("project");
        run("plugins", "new", "my-tuner", "--folder", project, "--package", "com.example.tuners");
        assertThat(project.resolve("src/main/java/com/example/tuners/MyTuner.java"))
                .content()
                .startsWith("package com.example.tuners;\n");
    }

    @Test
    void anEmptyFolderIsFilledAndAnotherIsLeftAlone() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run("plugins", "new", "my-tuner", "--folder", empty).status())
                .isZero();

        Path full = Files.createDirectory(folder.resolve("full"));
        Path mine = Files.writeString(full.resolve("pom.xml"), "mine");
        assertThat(run("plugins", "new", "my-tuner", "--folder", full))
                .isEqualTo(refused(
                        full + ": is there already and not empty; name another folder, or empty this one" + OUTCOME));
        assertThat(files(full)).containsExactly(mine);
        assertThat(mine).hasContent("mine");

        assertThat(run("plugins", "new", "my-tuner", "--folder", mine))
                .isEqualTo(refused(mine + ": is a file; name a folder that is not there yet" + OUTCOME));
        assertThat(run("plugins", "new", "my-tuner", "--folder", "."))
                .isEqualTo(
                        refused("'.' is the working directory; name a folder in it that is not there yet" + OUTCOME));
    }

    @Test
    void nothingIsLeftWhenTheDiskRefuses() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Outcome outcome = run("plugins", "new", "my-tuner", "--folder", file.resolve("my-tuner"));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("cannot write " + file.resolve("my-tuner") + ": ")
                .endsWith("; free some space or choose another folder, nothing was written\n");
        assertThat(files(folder)).containsExactly(file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "My_Tuner | the id 'My_Tuner'; ids are lower case letters, digits and hyphens, such as 'sc-tuner'",
                "file     | the id 'file', which in recipes is the condition of ready maps in a folder; choose another",
            })
    void anIdThatRecipesCannotNameIsRefused(String id, String problem) {
        assertThat(run("plugins", "new", id, "--folder", folder.resolve("p")))
                .isEqualTo(refused("a plugin cannot have " + problem + OUTCOME));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anIdThatGivesNoClassNameIsRefused() {
        assertThat(run("plugins", "new", "3d-tuner", "--folder", folder.resolve("p")))
                .isEqualTo(
                        refused("a new plugin cannot have the id '3d-tuner'; its classes are named after it, so it must"
                                + " begin with a letter" + OUTCOME));
    }

    @Test
    void anIdThatIsInstalledIsRefused() {
        Outcome outcome = run("plugins", "new", "shift", "--folder", folder.resolve("p"));
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err())
                .startsWith("a plugin with the id 'shift' is installed already (")
                .endsWith("test-classes); choose another id, or remove that one" + OUTCOME);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "com.example.my-tuner | 'com.example.my-tuner' is no name of a package",
                "com.new              | 'com.new' is no name of a package",
                "org.scedit.api.mine  | classes of a plugin cannot be in package 'org.scedit.api.mine', all below"
                        + " org.scedit.api comes from elsewhere",
                "java                 | classes of a plugin cannot be in package 'java', all below java comes from elsewhere",
            })
    void aPackageThatCannotBeIsRefused(String packageName, String problem) {
        assertThat(run("plugins", "new", "my-tuner", "--folder", folder.resolve("p"), "--package", packageName))
                .isEqualTo(refused(problem + "; choose one such as org.example.mytuner" + OUTCOME));
    }

    @Test
    void allMistakesAreToldAtOnce() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(run("plugins", "new", "My Tuner", "--folder", file, "--package", "1"))
                .isEqualTo(refused(
                        "a plugin cannot have the id 'My Tuner'; ids are lower case letters, digits and hyphens, such as"
                                + " 'sc-tuner'\n"
                                + "'1' is no name of a package; choose one such as org.example.mytuner\n"
                                + file + ": is a file; name a folder that is not there yet\n"
                                + "3 problems, nothing was written\n"));
        assertThat(run("plugins", "new"))
                .isEqualTo(refused("Missing required parameter: 'ID'\nsee scedit plugins new --help\n"));
    }

    @Test
    void theHelpTellsItsOptionsAndExamples() {
        assertThat(run("plugins", "new", "--help").out())
                .contains("Examples:\n  scedit plugins new my-tuner", "--folder", "--package", "ID");
        assertThat(run("plugins", "--help").out()).contains("SCEDIT_PLUGINS", "new ", "[ID]");
    }
}
