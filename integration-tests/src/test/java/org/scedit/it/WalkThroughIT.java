package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.plugin.PluginProject;

/**
 * The walk-through of CONTRIBUTING.md, done as it is written there: its {@code sh} blocks by bash, in a folder with the
 * launcher and the packaged framework; its {@code diff} blocks on the sources that were generated. What a block exports
 * lasts until the next diff.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class WalkThroughIT {
    private static final String SECTION = "## A new method in ten minutes\n";
    private static final Pattern FENCE = Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** What need not be done again: the build that runs this test has built these artifacts. */
    private static final String INSTALL = "-q install -DskipTests -pl framework-testkit -am";

    /** No temporary folder of JUnit's, which warns of every link; and it stays, to be looked at. */
    private final Path folder = Path.of("target/walk-through").toAbsolutePath();

    private final Path clone = folder.resolve("scedit");

    private void prepare() throws IOException {
        OuterBuild.deleteTree(folder);
        Files.createDirectories(clone);
        OuterBuild.installation(clone);
        OuterBuild.repository(folder.resolve("repository"));
        Path mvn = Files.createDirectory(folder.resolve("bin")).resolve("mvn");
        Files.writeString(mvn, """
                #!/usr/bin/env bash
                [ "$*" = "%s" ] || exec %s "$@"
                """.formatted(
                        INSTALL,
                        OuterBuild.maven(folder.resolve("repository")).stream()
                                .map(word -> "'" + word + "'")
                                .collect(Collectors.joining(" "))));
        assertThat(mvn.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void contributingLeadsToATunerThatTrains() throws Exception {
        prepare();
        String output = walk(blocks());

        assertThat(output)
                .contains("MyTuner: a linear map", "my-tuner 1.0.0 from ../my-plugins/my-tuner-1.0.0.jar")
                .contains("5,496 trainable parameters");
        assertThat(folder.resolve("my-tuner/target/surefire-reports/TEST-org.example.mytuner.MyTunerTest.xml"))
                .as("the plugin's own tests ran, the contract's among them")
                .content()
                .contains("name=\"aFreshTunerChangesNothing\"", "name=\"residualIsTheEquation\"");
        assertThat(clone.resolve("runs/my-tuner/metrics.jsonl")).content().hasLineCount(2);
        assertThat(clone.resolve("runs/my-tuner/tuners/my-tuner.safetensors")).isRegularFile();
        try (var catalogue = PluginCatalogue.ofFolders(List.of(folder.resolve("my-plugins")))) {
            assertThat(catalogue.tuners()).containsOnlyKeys("my-tuner");
        }
        assertThat(folder.resolve("my-tuner/README.md")).content().contains("\nmvn " + INSTALL + "\n");
    }

    private static List<MatchResult> blocks() throws IOException {
        String text = Files.readString(OuterBuild.ROOT.resolve("CONTRIBUTING.md"));
        int start = text.indexOf(SECTION) + SECTION.length();
        assertThat(start).isGreaterThan(SECTION.length());
        List<MatchResult> blocks = FENCE.matcher(text.substring(start, text.indexOf("\n## ", start)))
                .results()
                .toList();
        assertThat(blocks.stream().map(block -> block.group(1)).distinct()).containsExactlyInAnyOrder("sh", "diff");
        return blocks;
    }

    /** @return what the commands printed */
    private String walk(List<MatchResult> blocks) throws Exception {
        var output = new StringBuilder();
        var commands = new StringBuilder();
        for (MatchResult block : blocks) {
            if (block.group(1).equals("sh")) {
                commands.append(block.group(2));
            } else {
                output.append(run(commands.toString()));
                commands.setLength(0);
                change(block.group(2).lines().toList());
            }
        }
        return output.append(run(commands.toString())).toString();
    }

    private String run(String commands) throws Exception {
        var bash = new ProcessBuilder("bash", "-eux", "-c", commands)
                .directory(clone.toFile())
                .redirectErrorStream(true);
        var environment = bash.environment();
        environment.keySet().removeIf(name -> name.startsWith("SCEDIT_"));
        // where other programs keep the machine busy, two threads mostly wait for each other
        environment.put("OMP_NUM_THREADS", "1");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
        Process process = bash.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("status of\n%s\nwhich printed\n%s", commands, output)
                .isZero();
        return output;
    }

    /** Each line with a minus is somewhere in the project's Java sources, once; the next one, with a plus, replaces it. */
    private void change(List<String> lines) throws IOException {
        for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
            String before = each.next();
            String after = each.next();
            assertThat(before).startsWith("- ");
            assertThat(after).startsWith("+ ");
            replace(before.substring(2), after.substring(2));
        }
    }

    private void replace(String before, String after) throws IOException {
        var found = new ArrayList<Path>();
        try (Stream<Path> tree = Files.walk(folder.resolve("my-tuner/src"))) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file);
                if (text.contains(before)) {
                    found.add(file);
                    Files.writeString(file, text.replace(before, after));
                }
            }
        }
        assertThat(found).as("the file with %s", before).hasSize(1);
    }

    /** So a machine that has built the framework has all that a plugin's build needs. */
    @Test
    void aGeneratedProjectUsesTheFrameworksVersionsOfMavensPlugins(@TempDir Path folder) throws IOException {
        try (var none = PluginCatalogue.ofFolders(List.of())) {
            PluginProject.of("other", Optional.empty(), Optional.of(folder.resolve("other")), none)
                    .write();
        }
        List<String> versions = pluginVersions(folder.resolve("other/pom.xml"));
        assertThat(versions).hasSize(4).isSubsetOf(pluginVersions(OuterBuild.ROOT.resolve("pom.xml")));
    }

    private static List<String> pluginVersions(Path pom) throws IOException {
        Matcher plugin = Pattern.compile("<artifactId>(maven-[a-z]+-plugin)</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(pom));
        return plugin.results().map(each -> each.group(1) + " " + each.group(2)).toList();
    }
}
