package org.scedit.core.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.recipe.Sweep;

/** Whole sweeps whose cells are done by writing their results down. */
class SweepRunTest {
    private static final Sweep.Select BY_LOSS = new Sweep.Select(List.of("rate"), "validation_loss", 1);

    @TempDir
    private Path folder;

    private final List<String> ran = new ArrayList<>();
    private int reports;

    @Test
    void finishedCellsAreNotRunAgain() throws IOException {
        List<Cell> cells = cells();
        finish(cells.get(1), 0);
        SweepRun.Outcome outcome = run(cells, Optional.empty());
        assertThat(ran).hasSize(7).doesNotContain(cells.get(1).name());
        assertThat(outcome).isEqualTo(new SweepRun.Outcome(8, 0, 0, 0));
        assertThat(reports).isEqualTo(9); // before, after each, in the end
    }

    @Test
    void theBestOfTheFirstSeedIsChosenForEveryMethodAndHasTheOtherSeeds() {
        SweepRun.Outcome outcome = run(cells(), Optional.of(BY_LOSS));
        assertThat(ran)
                .containsExactly(
                        "lora,low,0",
                        "lora,high,0",
                        "full,low,0",
                        "full,high,0", // the first seeds
                        "lora,high,1",
                        "full,low,1");
        assertThat(outcome).isEqualTo(new SweepRun.Outcome(6, 0, 0, 2));
        assertThat(folder.resolve("sweep/cells.json"))
                .content()
                .contains("\"name\": \"lora,high,1\"", "\"chosen\": true", "\"chosen\": false")
                .doesNotContain("lora,low,1");
    }

    @Test
    void whatWasChosenIsChosenAgainWhenTheSweepGoesOn() {
        run(cells(), Optional.of(BY_LOSS));
        ran.clear();
        assertThat(run(cells(), Optional.of(BY_LOSS))).isEqualTo(new SweepRun.Outcome(6, 0, 0, 2));
        assertThat(ran).isEmpty();
    }

    @Test
    void aMeasureChoosesByItsDirection() {
        run(cells(), Optional.of(new Sweep.Select(List.of("rate"), "faithfulness", 1)));
        assertThat(ran).contains("lora,high,1", "full,low,1").doesNotContain("lora,low,1", "full,high,1");
    }

    @Test
    void aNumberThatCellsDoNotHaveIsToldWithThoseTheyHave() {
        assertThatThrownBy(() -> run(cells(), Optional.of(new Sweep.Select(List.of("rate"), "beauty", 1))))
                .isInstanceOf(UserException.class)
                .hasMessage("sweep.select: by 'beauty' means none of the numbers of "
                        + folder.resolve("sweep/cells/lora,low,0") + "; give the name of one: faithfulness");
    }

    @Test
    void aFolderOfAnotherSweepIsNotGoneOnWith() {
        SweepFolder.open(sweep("train:\n  steps: 3\n", Optional.empty())).close();
        assertThatThrownBy(() -> SweepFolder.open(sweep("train:\n  steps: 5\n", Optional.empty())))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("sweep") + ": holds the results of another sweep\n"
                        + "  train.steps: 3 before, 5 now\n"
                        + "go on with that one (scedit ablate " + folder.resolve("sweep")
                        + "), or run this one in another folder with output=FOLDER");
    }

    @Test
    void whatOnlyChangesTheComparisonGoesOn() throws IOException {
        SweepFolder.open(sweep("sweep:\n  seeds: [1]\n", Optional.empty())).close();
        String now = "sweep:\n  seeds: [1]\n  replicates: [data.styles]\n";
        SweepFolder.open(sweep(now, Optional.empty())).close();
        assertThat(folder.resolve("sweep/sweep.yaml")).hasContent(now);
    }

    @Test
    void theListTellsWhatTheReportGroupsBy() {
        var sweep = new Sweep(
                "sweep", folder.resolve("sweep"), "a: b\n", List.of(), Optional.of(BY_LOSS), List.of("tuners"));
        try (SweepFolder opened = SweepFolder.open(sweep)) {
            opened.write(cells(), Set.of(), Set.of(), 1);
        }
        assertThat(folder.resolve("sweep/cells.json"))
                .content()
                .containsIgnoringWhitespaces("\"replicates\": [\"tuners\"], \"select\": [\"rate\"],");
    }

    @Test
    void aFolderOfARunIsNoSweeps() throws IOException {
        Files.createDirectories(folder.resolve("sweep"));
        Files.writeString(folder.resolve("sweep/recipe.yaml"), "");
        assertThatThrownBy(() -> SweepFolder.open(sweep("a: b\n", Optional.empty())))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("sweep")
                        + ": holds a run, not a sweep; choose another folder with output=FOLDER");
    }

    @Test
    void aSweepIsRunByOneProcess() {
        try (SweepFolder held = SweepFolder.open(sweep("a: b\n", Optional.empty()))) {
            assertThatThrownBy(() -> SweepFolder.open(sweep("a: b\n", Optional.empty())))
                    .isInstanceOf(UserException.class)
                    .hasMessage(held.path() + ": another process runs this sweep; wait for it");
        }
    }

    @Test
    void theThreadsOfTheFirstStartAreKept() {
        run(cells(), Optional.empty());
        try (SweepFolder again = SweepFolder.open(sweep("a: b\n", Optional.empty()))) {
            assertThat(again.threads()).hasValue(2);
        }
    }

    private Sweep sweep(String written, Optional<Sweep.Select> select) {
        return new Sweep("sweep", folder.resolve("sweep"), written, List.of(), select, List.of());
    }

    /** Two methods, two rates, two seeds: lora is better with the high rate, full with the low one. */
    private List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (String method : List.of("lora", "full")) {
            for (String rate : List.of("low", "high")) {
                for (int seed = 0; seed < 2; seed++) {
                    Map<String, String> settings = new LinkedHashMap<>();
                    settings.put("tuners", method);
                    settings.put("rate", rate);
                    String group = method + "," + rate;
                    String name = group + "," + seed;
                    cells.add(new Cell(
                            name,
                            group,
                            settings,
                            seed,
                            "",
                            folder.resolve("sweep/cells").resolve(name)));
                }
            }
        }
        return cells;
    }

    private SweepRun.Outcome run(List<Cell> cells, Optional<Sweep.Select> select) {
        Sweep sweep = sweep("a: b\n", select);
        CellExecutor executor = (open, listener) -> open.forEach(cell -> {
            ran.add(cell.name());
            finish(cell, cell.group().equals("lora,high") || cell.group().equals("full,low") ? 0.1 : 0.2);
            listener.finished(cell);
        });
        CellListener deaf = new CellListener() {
            @Override
            public void began(Cell cell) {}

            @Override
            public void finished(Cell cell) {}

            @Override
            public void failed(Cell cell, String reason) {}

            @Override
            public void stopped(Cell cell) {}
        };
        try (SweepFolder opened = SweepFolder.open(sweep)) {
            return new SweepRun(opened, sweep, cells, executor, any -> reports++, () -> false, 2).run(deaf);
        }
    }

    private static void finish(Cell cell, double loss) {
        try {
            Files.createDirectories(cell.folder());
            Files.writeString(
                    cell.folder().resolve("metrics.jsonl"),
                    "{\"step\":1,\"loss\":1.0,\"validation_loss\":9.0}\n{\"step\":2,\"loss\":1.0,\"validation_loss\":"
                            + loss + "}\n{\"step\":3,\"loss\":1.0}\n");
            Files.writeString(
                    cell.folder().resolve("measures.json"),
                    "{\"measures\":[{\"use\":\"maps\",\"name\":\"faithfulness\",\"value\":" + (1 - loss)
                            + ",\"better\":\"higher\",\"samples\":3}]}");
            Files.writeString(cell.folder().resolve("summary.md"), "");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
