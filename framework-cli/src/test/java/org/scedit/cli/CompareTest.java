package org.scedit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.cli.MainTest.Outcome;

class CompareTest {
    @TempDir
    private Path folder;

    private Path run(String name, int rank, double value) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        Files.writeString(run.resolve("recipe.yaml"), """
                name: %s
                seed: 0
                tuners:
                  - use: lora
                    rank: %d
                """.formatted(name, rank));
        Files.writeString(
                run.resolve("measures.json"),
                "{\"measures\":[{\"use\":\"edge-f1\",\"name\":\"edge F1\",\"value\":" + value
                        + ",\"better\":\"higher\",\"samples\":9}]}");
        Files.writeString(run.resolve("summary.md"), "# " + name + "\n");
        return run;
    }

    @Test
    void runsAreComparedIntoAFolder() throws IOException {
        Path out = folder.resolve("report");
        Outcome told = MainTest.run("compare", run("a", 4, 0.5), run("b", 16, 0.75), "--output", out);
        assertThat(told).isEqualTo(new Outcome(0, out.resolve("report.html") + System.lineSeparator(), ""));
        assertThat(out.resolve("report.csv")).hasContent("""
                cell,group,seed,state,step,tuners[0].rank,edge F1
                a,rank=4,0,finished,0,4,0.5
                b,rank=16,0,finished,0,16,0.75
                """);
        assertThat(out.resolve("report.json")).exists();
    }

    @Test
    void aSweepsPageIsMadeAgainInItsFolder() throws IOException {
        run("cells/a", 4, 0.5);
        Files.writeString(
                folder.resolve("cells.json"),
                "{\"sweep\":\"ranks\",\"cells\":[{\"name\":\"rank=4,seed=0\",\"folder\":\"cells/a\",\"settings\":"
                        + "{\"tuners[0].rank\":\"4\"},\"group\":\"rank=4\",\"seed\":0}]}");
        assertThat(MainTest.run("compare", folder).status()).isZero();
        assertThat(folder.resolve("report.html")).content().contains("<h1>ranks</h1>");
    }

    @Test
    void ranksMayBeWhatIsChosenOrRepeated() throws IOException {
        Path out = folder.resolve("report");
        Path a = run("a", 4, 0.5);
        Path b = run("b", 16, 0.75);
        assertThat(MainTest.run("compare", a, b, "--output", out, "--replicates", "tuners")
                        .status())
                .isZero();
        assertThat(out.resolve("report.csv")).hasContent("""
                cell,group,seed,state,step,tuners[0].rank,edge F1
                a,a,0,finished,0,4,0.5
                b,a,0,finished,0,16,0.75
                """);
        assertThat(MainTest.run("compare", a, b, "--output", out, "--chosen", "tuners[0].rank"))
                .isEqualTo(MainTest.refused(b + ": differs from " + a + " only in what was chosen (tuners[0].rank);"
                        + " give one of them\n1 problem, no report was written" + System.lineSeparator()));
        assertThat(MainTest.run("compare", a, b, "--output", out, "--replicates", "tuners[0].rnk"))
                .isEqualTo(MainTest.refused("no run has the setting 'tuners[0].rnk'; did you mean 'tuners[0].rank'?\n"
                        + "1 problem, no report was written" + System.lineSeparator()));
    }

    @Test
    void whatIsNoRunIsRefused() {
        Path missing = folder.resolve("missing");
        assertThat(MainTest.run("compare", missing))
                .isEqualTo(MainTest.refused(missing + ": holds no run (recipe.yaml is missing); give folders that"
                        + " 'scedit run' or 'scedit ablate' wrote\n1 problem, no report was written"
                        + System.lineSeparator()));
    }
}
