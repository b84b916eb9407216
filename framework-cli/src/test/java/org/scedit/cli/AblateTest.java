package org.scedit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.cli.MainTest.Outcome;

/** What {@code scedit ablate}, {@code diff} and the other commands say of sweeps. */
class AblateTest {
    private static final Path MODEL =
            Path.of("../models/embedded").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private Path recipe(String name, String sweep) throws IOException {
        return Files.writeString(folder.resolve(name), """
                name: test
                output: %s
                model: {path: %s}
                tuners: [{use: shift}]
                data: {source: scenes, count: 2}
                train: {steps: 3}
                %s
                """.formatted(folder.resolve("runs"), MODEL, sweep));
    }

    @Test
    void aDryRunListsTheRunsAndStartsNothing() throws IOException {
        Path recipe = recipe("recipe.yaml", "sweep: {grid: {train.batch: [1, 2]}, seeds: [0, 1]}");
        Outcome listed = MainTest.run("ablate", recipe, "--dry-run");
        assertThat(listed.err()).isEmpty();
        assertThat(listed.status()).isZero();
        assertThat(listed.out())
                .containsPattern("run +parameters +memory +training\n")
                .containsPattern("batch=1,seed=0 +[0-9,]+ +[0-9,]+ MiB +[0-9.]+ s\n")
                .containsPattern("batch=2,seed=1 +[0-9,]+ +[0-9,]+ MiB +[0-9.]+ s\n")
                .containsPattern(
                        "4 runs in " + folder.resolve("runs") + ", about [0-9.]+ s of training one after another");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void aSweepIsNoRunAndARunIsNoSweep() throws IOException {
        Path sweep = recipe("many.yaml", "sweep: {seeds: [0, 1]}");
        assertThat(MainTest.run("run", sweep))
                .isEqualTo(
                        MainTest.refused(sweep + ":7:1   sweep makes many runs of the recipe; do them by scedit ablate "
                                + sweep + ", or leave it out\n1 problem, nothing was started\n"));
        Path run = recipe("run.yaml", "");
        assertThat(MainTest.run("ablate", run))
                .isEqualTo(MainTest.refused(
                        run + ": has no 'sweep' block, so it is one run; do it by scedit run " + run + "\n"));
        assertThat(MainTest.run("ablate", folder))
                .isEqualTo(
                        MainTest.refused(folder + ": is a folder without sweep.yaml, so no sweep's; give a recipe\n"));
    }

    @Test
    void validateChecksEveryRun() throws IOException {
        Path good = recipe("good.yaml", "sweep: {seeds: [0, 1]}");
        assertThat(MainTest.run("validate", good).out())
                .isEqualTo(good + ": OK, a sweep of 2 runs; scedit ablate " + good + " --dry-run lists them\n");
        Path wrong = recipe("wrong.yaml", "sweep: {grid: {train.batch: [1, 0]}}");
        assertThat(MainTest.run("validate", wrong))
                .isEqualTo(
                        MainTest.refused(
                                wrong
                                        + ":7:16   train.batch must be positive, got 0 (run batch=0)\n1 problem, nothing was started\n"));
    }

    @Test
    void runsThatNeedMoreThanTheMemoryAreRefused() throws IOException {
        Path recipe = recipe("recipe.yaml", "sweep: {seeds: [0]}");
        Outcome refused = MainTest.run("ablate", recipe, "--memory=5");
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .containsPattern(
                        "seed=0 needs about \\d+ MiB\n1 problem, --memory 5 is too little for them, so nothing was"
                                + " started\n");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void manyRunsNeedAFlag() throws IOException {
        Path recipe = recipe("recipe.yaml", "sweep: {seeds: [0, 1, 2]}");
        assertThat(MainTest.run("ablate", recipe, "--dry-run", "--max-cells=2"))
                .isEqualTo(MainTest.refused(
                        recipe + ":7:1   sweep makes 3 runs, more than 2; make it smaller, draw some of"
                                + " them by 'random', or allow it by --max-cells=3\n1 problem, nothing was started\n"));
    }

    @Test
    void diffTellsWhatTwoRecipesMeanDifferently() throws IOException {
        Path one = recipe("one.yaml", "");
        Path other = Files.writeString(
                folder.resolve("other.yaml"), "extends: one.yaml\nname: other\ntrain: {steps: 5, batch: 4}\n");
        assertThat(MainTest.run("diff", one, other).out())
                .matches("key +" + one + " +" + other + "\ntrain.steps +3 +5\n");
        assertThat(MainTest.run("diff", one, one).out()).isEqualTo(one + " and " + one + " mean the same\n");
    }
}
