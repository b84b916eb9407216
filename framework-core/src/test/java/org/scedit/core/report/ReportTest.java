package org.scedit.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

class ReportTest {
    @TempDir
    private Path folder;

    private Path sweep;

    @BeforeEach
    void write() {
        sweep = SweepFixture.write(folder.resolve("sweep"));
    }

    private Path cell(String name) {
        return sweep.resolve("cells").resolve(name);
    }

    private static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }

    private static JsonObject named(JsonObject document, String list, String name) {
        for (JsonElement element : document.getAsJsonArray(list)) {
            if (element.getAsJsonObject().get("name").getAsString().equals(name)) {
                return element.getAsJsonObject();
            }
        }
        throw new AssertionError(name + " is not in " + list);
    }

    @Test
    void theTableHasALineForEachCellWhateverItsState() throws IOException {
        Report.write(sweep);
        List<String> lines = Files.readAllLines(sweep.resolve("report.csv"));
        assertThat(lines).hasSize(16);
        assertThat(lines.get(0))
                .isEqualTo("cell,group,seed,state,step,tuners[0].use,tuners[0].kernel,tuners[0].branch,tuners[0].type,"
                        + "tuners[0].rank,edge F1,colour error,captions of one object,validation loss,trainable_parameters,file_bytes,"
                        + "peak_above_frozen_mib,frozen_memory_mib,peak_memory_mib,step_seconds,backward_share,"
                        + "picture_seconds");
        assertThat(lines.get(1))
                .startsWith(
                        "\"use=csc-tuner,kernel=1,seed=0\",\"use=csc-tuner,kernel=1\",0,finished,400,csc-tuner,1,,,,0.8");
        assertThat(lines)
                .contains(
                        "\"use=t2i-adapter,type=full,seed=2\",\"use=t2i-adapter,type=full\",2,failed,90,t2i-adapter,,,full,,,,,,,,,,,,,",
                        "\"use=lora,rank=16,seed=1\",\"use=lora,rank=16\",1,unfinished,230,lora,,,,16,,,,,,,,,,,,",
                        "\"use=lora,rank=16,seed=2\",\"use=lora,rank=16\",2,not started,0,lora,,,,16,,,,,,,,,,,,");
    }

    @Test
    void theDocumentHoldsTheFindings() throws IOException {
        Files.writeString(
                cell("use=lora,rank=16,seed=0").resolve("measures.json"),
                "{\"measures\":[{\"use\":\"edge-f1\",\"name\":\"edge F1\",\"value\":0.5,\"better\":\"higher\",\"samples\":9}]}");
        Report.write(sweep);
        JsonObject document = json(sweep.resolve("report.json"));
        JsonObject lora = named(document, "groups", "use=lora,rank=16");
        assertThat(lora.get("seeds")).hasToString("[0,1,2]");
        assertThat(lora.get("finished").getAsInt()).isEqualTo(1);
        assertThat(lora.getAsJsonArray("measures")).hasSize(2);
        assertThat(lora.getAsJsonArray("measures").get(0))
                .hasToString("{\"name\":\"edge F1\",\"better\":\"higher\",\"mean\":0.5,\"n\":1,\"ranks\":[1,5]}");
        JsonObject adapter = named(document, "cells", "use=t2i-adapter,type=full,seed=2");
        assertThat(adapter.get("state").getAsString()).isEqualTo("failed");
        assertThat(adapter.getAsJsonArray("notes").get(0).getAsString()).contains("the loss is not a number");
        assertThat(document.getAsJsonArray("comparisons")).hasSize(10 + 6 + 6 + 10);
        assertThat(document.getAsJsonObject("common_settings")
                        .get("train.batch")
                        .getAsString())
                .isEqualTo("16");
    }

    @Test
    void theSameFoldersGiveTheSameBytes() throws IOException {
        List<byte[]> before = new ArrayList<>();
        Report.write(sweep);
        for (String name : List.of("report.html", "report.csv", "report.json")) {
            before.add(Files.readAllBytes(sweep.resolve(name)));
        }
        Report.write(sweep);
        assertThat(List.of(
                        Files.readAllBytes(sweep.resolve("report.html")),
                        Files.readAllBytes(sweep.resolve("report.csv")),
                        Files.readAllBytes(sweep.resolve("report.json"))))
                .usingRecursiveComparison()
                .isEqualTo(before);
    }

    @Test
    void whatASweepDidNotChooseIsShownAndNotCompared() throws IOException {
        Path list = sweep.resolve("cells.json");
        JsonObject cells = json(list);
        cells.getAsJsonArray("cells").forEach(cell -> {
            String group = cell.getAsJsonObject().get("group").getAsString();
            cell.getAsJsonObject().addProperty("chosen", !group.contains("kernel=1"));
        });
        Files.writeString(list, cells.toString());
        assertThat(Report.write(sweep)).content().contains("1 group that was tried and not chosen");
        JsonObject document = json(sweep.resolve("report.json"));
        JsonObject tried = named(document, "groups", "use=csc-tuner,kernel=1");
        assertThat(tried.get("chosen").getAsBoolean()).isFalse();
        assertThat(tried.getAsJsonArray("measures").get(0).getAsJsonObject().has("ranks"))
                .isFalse();
        assertThat(document.getAsJsonArray("comparisons").toString()).doesNotContain("kernel=1");
        assertThat(document.getAsJsonArray("fronts").toString()).doesNotContain("kernel=1");
    }

    /** Every file of a run cut short, and filled with what no file of that kind holds. */
    @Test
    void halfWrittenFilesDoNotStopIt() throws IOException {
        Path run = cell("use=csc-tuner,kernel=3,seed=1");
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.toString().matches(".*0[1-9].png"))
                    .toList()) {
                byte[] whole = Files.readAllBytes(file);
                for (byte[] broken : List.of(
                        Arrays.copyOf(whole, whole.length / 2),
                        new byte[0],
                        new byte[100],
                        "[1, {\"measures\": 3}]".getBytes(),
                        "{\"measures\": [{\"name\": \"x\", \"better\": \"lower\", \"value\": NaN}]}".getBytes(),
                        "{\"measures\": [3, null], \"rows\": {}, \"prompts\": 1, \"step_seconds\": [1]}".getBytes())) {
                    Files.write(file, broken);
                    assertThat(Report.compare(List.of(run), folder.resolve("out")))
                            .as(file.toString())
                            .exists();
                }
                Files.write(file, whole);
            }
        }
    }

    @Test
    void aSweepThatHasJustBegunHasAPage() throws IOException {
        Path fresh = Files.createDirectories(folder.resolve("fresh"));
        Files.copy(sweep.resolve("cells.json"), fresh.resolve("cells.json"));
        assertThat(Report.write(fresh))
                .content()
                .contains("5 groups, 15 runs: all not started.", "No run has measures yet.");
    }

    @Test
    void whatFilesHoldIsNeverMarkup() throws IOException {
        Files.writeString(
                cell("use=lora,rank=16,seed=0").resolve("measures.json"),
                "{\"measures\":[{\"use\":\"x\",\"name\":\"<script>alert(1)</script>\",\"value\":1,\"better\":\"lower\"}]}");
        String page = Files.readString(Report.write(sweep));
        assertThat(page).contains("&lt;script&gt;alert(1)").doesNotContain("<script>alert");
        assertThat(page).contains("lower train.learning_rate &lt;0.003&gt;");
    }

    @Test
    void anyRunsCanBeCompared() throws IOException {
        List<Path> runs = List.of(
                cell("use=csc-tuner,kernel=1,seed=0"),
                cell("use=csc-tuner,kernel=1,seed=1"),
                cell("use=csc-tuner,kernel=3,seed=0"),
                cell("use=csc-tuner,kernel=3,seed=1"));
        Path page = Report.compare(runs, folder.resolve("out/deep"));
        assertThat(page)
                .isEqualTo(folder.resolve("out/deep/report.html"))
                .content()
                .contains("Comparison of 4 runs");
        assertThat(json(folder.resolve("out/deep/report.json")).getAsJsonArray("groups"))
                .extracting(group -> group.getAsJsonObject().get("name").getAsString())
                .containsExactly("kernel=1", "kernel=3");
    }

    @Test
    void aSweepsFolderStandsForItsCells() throws IOException {
        Report.compare(List.of(sweep), folder.resolve("out"));
        JsonObject document = json(folder.resolve("out/report.json"));
        assertThat(document.getAsJsonArray("cells")).hasSize(14); // without the one that has not begun
        assertThat(document.getAsJsonArray("groups"))
                .extracting(group -> group.getAsJsonObject().get("name").getAsString())
                .containsExactly(
                        "use=csc-tuner, kernel=1",
                        "use=csc-tuner, kernel=3",
                        "use=controlnet",
                        "use=t2i-adapter",
                        "use=lora");
    }

    @Test
    void whatIsNoRunIsTold() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Report.compare(List.of(empty, missing), folder.resolve("out")))
                .isInstanceOf(UserException.class)
                .hasMessage(empty + ": holds no run (recipe.yaml is missing); give folders that 'scedit run' or 'scedit"
                        + " ablate' wrote\n" + missing + ": holds no run (recipe.yaml is missing); give folders that"
                        + " 'scedit run' or 'scedit ablate' wrote\n2 problems, no report was written");
        assertThat(folder.resolve("out")).doesNotExist();
        assertThatThrownBy(() -> Report.write(empty))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        empty + ": is no sweep folder (cells.json is missing); for folders of single runs use 'scedit"
                                + " compare RUN RUN...'");
    }

    @Test
    void theSameRecipeAndSeedTwiceIsTold() throws IOException {
        Path run = cell("use=csc-tuner,kernel=1,seed=0");
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Files.copy(run.resolve("recipe.yaml"), copy.resolve("recipe.yaml"));
        assertThatThrownBy(() -> Report.compare(List.of(run, copy), folder.resolve("out")))
                .isInstanceOf(UserException.class)
                .hasMessage(copy + ": is the same recipe with the same seed as " + run + "; give one of them\n"
                        + "1 problem, no report was written");
    }

    @Test
    void aListOfCellsThatIsNoneIsTold() throws IOException {
        Files.writeString(sweep.resolve("cells.json"), "{\"sweep\": \"x\", \"cells\": [{}]}");
        assertThatThrownBy(() -> Report.write(sweep))
                .isInstanceOf(UserException.class)
                .hasMessage(sweep.resolve("cells.json")
                        + ": is not a sweep's list of cells; 'scedit ablate' writes it anew");
    }
}
