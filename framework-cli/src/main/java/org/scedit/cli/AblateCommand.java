package org.scedit.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubModels;
import org.scedit.core.job.Lockstep;
import org.scedit.core.job.Memory;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.job.RunModule;
import org.scedit.core.job.TrainingPlan;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.recipe.Sweep;
import org.scedit.core.report.Report;
import org.scedit.core.shared.SharedFiles;
import org.scedit.core.sweep.Cell;
import org.scedit.core.sweep.CellCommand;
import org.scedit.core.sweep.CellExecutor;
import org.scedit.core.sweep.CellPlans;
import org.scedit.core.sweep.Cells;
import org.scedit.core.sweep.LocalPool;
import org.scedit.core.sweep.LockstepCells;
import org.scedit.core.sweep.SweepFolder;
import org.scedit.core.sweep.SweepRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Does all runs of a recipe's sweep. */
@Command(
        name = "ablate",
        description = {
            "Does every run that a recipe's 'sweep' block makes, each in a process and a folder of its own, and reports on"
                    + " all of them in one page.",
            "",
            "Killed and started again, it goes on: what is done is not done again, and a run that was begun resumes. A run"
                    + " that fails is reported and the others continue. Ctrl-C ends all after the step they are at, with"
                    + " checkpoints.",
            ""
        },
        footer = {
            "",
            "Exit status: 0 all runs are done; 3 some failed, the others are done; 2 a mistake in what was given; 130",
            "interrupted.",
            "",
            "Examples:",
            "  scedit ablate recipes/ablations/skips.yaml --dry-run",
            "  scedit ablate recipes/ablations/skips.yaml train.steps=50 --parallel 2",
            "  scedit ablate runs/ablations-skips"
        })
final class AblateCommand implements Callable<Integer> {
    private static final int SOME_FAILED = 3;
    private static final int MEBI = 20;

    private final Terminal terminal;
    private final StopSignal stop;

    @Parameters(
            index = "0",
            paramLabel = "RECIPE|SWEEP_FOLDER",
            description = "A recipe (YAML) with a 'sweep' block, or the folder of a sweep to go on with.")
    private Path target;

    @Parameters(
            index = "1..*",
            paramLabel = "KEY=VALUE",
            description = "Changes of the recipe, such as train.steps=50 or sweep.seeds=[0,1].")
    private List<String> overrides = List.of();

    @Option(names = "--dry-run", description = "Only list the runs, what they train and how long they may take.")
    private boolean dryRun;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "Runs at the same time, each with its share of the processors. Left out: 1, and with --spark as"
                            + " many as its executors have processors for.")
    private Integer parallel;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads of each run, on which the last digits of its numbers depend. Left out: those that the"
                            + " sweep was begun with, or its share of the processors.")
    private Integer threads;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            description =
                    "What the runs at the same time may take together, as 'scedit plan' estimates it. Left out: what"
                            + " is available now.")
    private Long memory;

    @Option(
            names = "--max-cells",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many runs a sweep may have (${DEFAULT-VALUE}).")
    private int maxCells;

    @Option(
            names = "--spark",
            paramLabel = "MASTER",
            description =
                    "Do the runs on Apache Spark: local[*], or the master of a cluster that sees the sweep's folder.")
    private String spark;

    @Option(
            names = "--lockstep",
            description =
                    "Train runs whose tuners leave the U-Net's encoder alone, and that see the same batches, in this"
                            + " process from one pass of the encoder a step: the same results in less time.")
    private boolean lockstep;

    AblateCommand(Terminal terminal, StopSignal stop) {
        this.terminal = terminal;
        this.stop = stop;
    }

    @Override
    public Integer call() {
        if (parallel != null && parallel < 1
                || threads != null && threads < 1
                || maxCells < 1
                || memory != null && memory < 1) {
            throw new UserException("--parallel, --threads, --memory and --max-cells must be positive");
        }
        try (PluginCatalogue plugins = Home.plugins()) {
            Injector injector = Guice.createInjector(new RunModule(plugins));
            Sweep sweep = sweep(injector.getInstance(RecipeReader.class));
            Map<String, Recipe> recipes =
                    sweep.variants().stream().collect(Collectors.toMap(Sweep.Variant::name, Sweep.Variant::recipe));
            var plans = new CellPlans(plugins, model -> found(model, injector));
            List<Cell> cells = Cells.of(sweep);
            if (dryRun) {
                list(sweep, cells, recipes, plans);
                return 0;
            }
            return run(sweep, cells, recipes, plans, injector.getInstance(RecipeRun.class));
        }
    }

    private Sweep sweep(RecipeReader reader) {
        Path recipe = Files.isDirectory(target) ? SweepFolder.recipe(target) : target;
        if (!recipe.equals(target) && !Files.isRegularFile(recipe)) {
            throw new UserException(target + ": is a folder without sweep.yaml, so no sweep's; give a recipe");
        }
        return reader.readSweep(recipe, overrides, maxCells)
                .orElseThrow(() -> new UserException(
                        recipe + ": has no 'sweep' block, so it is one run; do it by scedit run " + recipe));
    }

    /** A model that is not in the cache is downloaded by the first run. */
    private static Optional<Path> found(Recipe.Model model, Injector injector) {
        return model.path().or(() -> injector.getInstance(HubModels.class)
                .cached(model.byName().orElseThrow(), model.variant())
                .map(HubModels.Located::folder));
    }

    private void list(Sweep sweep, List<Cell> cells, Map<String, Recipe> recipes, CellPlans plans) {
        var table = new Table().row("run", "parameters", "memory", "training");
        double all = 0;
        for (Cell cell : cells) {
            Recipe recipe = recipes.get(cell.name());
            Optional<TrainingPlan> plan = plans.of(recipe);
            Optional<Double> seconds = plans.seconds(recipe);
            all += seconds.orElse(0.0);
            table.row(
                    cell.name(),
                    plan.map(each -> String.format(
                                    Locale.ROOT, "%,d", each.step().trainedNumbers()))
                            .orElse("?"),
                    plan.map(each -> String.format(Locale.ROOT, "%,d MiB", each.bytes() >> MEBI))
                            .orElse("?"),
                    seconds.map(TrainingPlan::duration).orElse("?"));
        }
        table.print(terminal.out());
        terminal.out()
                .println(cells.size() + (cells.size() == 1 ? " run" : " runs") + " in " + sweep.folder()
                        + ", about " + TrainingPlan.duration(all) + " of training one after another"
                        + sweep.select()
                                .map(select -> "; fewer, as " + String.join(", ", select.keys()) + " is chosen by "
                                        + select.by() + " on the first "
                                        + (select.seeds() == 1 ? "seed" : select.seeds() + " seeds"))
                                .orElse(""));
    }

    private int run(Sweep sweep, List<Cell> cells, Map<String, Recipe> recipes, CellPlans plans, RecipeRun runs) {
        Map<Cell, TrainingPlan> planned = new HashMap<>();
        if (atATime() > 1 || memory != null || lockstep) {
            cells.forEach(cell -> plans.of(recipes.get(cell.name())).ifPresent(plan -> planned.put(cell, plan)));
            refuseTooLarge(planned);
        }
        stop.listen();
        try (SweepFolder folder = SweepFolder.open(sweep)) {
            int share = threads != null
                    ? threads
                    : folder.threads().orElse(spark != null ? 1 : Math.max(1, processors() / atATime()));
            int finished = (int) cells.stream().filter(Cell::finished).count();
            try (var lines = new CellLines(
                    terminal, cell -> CellPlans.steps(recipes.get(cell.name())).orElse(0), cells.size(), finished)) {
                var options = new CellExecutor.Options(
                        spark == null ? "" : spark,
                        atATime(),
                        share,
                        bound(),
                        cell -> bytes(planned, cell, TrainingPlan::bytes),
                        stop);
                CellExecutor executor = executor(options);
                if (lockstep) {
                    Path shared = SharedFiles.ofEnvironment(System.getenv())
                            .orElse(sweep.folder().resolve("shared"));
                    executor = new LockstepCells(
                            options,
                            cell -> bytes(planned, cell, TrainingPlan::bytesBesideOthers),
                            new Lockstep(runs),
                            cell -> recipes.get(cell.name()),
                            Optional.of(shared),
                            executor,
                            terminal.out()::println);
                }
                var outcome = new SweepRun(folder, sweep, cells, executor, this::reportQuietly, stop, share).run(lines);
                lines.close();
                return told(outcome, sweep.folder());
            }
        }
    }

    /** 0 where it cannot be planned. */
    private static long bytes(Map<Cell, TrainingPlan> planned, Cell cell, ToLongFunction<TrainingPlan> which) {
        return Optional.ofNullable(planned.get(cell)).map(which::applyAsLong).orElse(0L);
    }

    private static int processors() {
        String given = System.getenv("OMP_NUM_THREADS");
        return given != null && given.matches("[1-9][0-9]{0,3}")
                ? Integer.parseInt(given)
                : Runtime.getRuntime().availableProcessors();
    }

    private int atATime() {
        return parallel != null ? parallel : spark != null ? Integer.MAX_VALUE : 1;
    }

    /** On a cluster only what is given: this machine's memory does not matter there. */
    private long bound() {
        if (memory == null && spark != null && !spark.startsWith("local")) {
            return Long.MAX_VALUE;
        }
        long mebibytes = memory != null ? memory : Memory.availableMebibytes();
        return mebibytes == 0 ? Long.MAX_VALUE : mebibytes << MEBI;
    }

    private void refuseTooLarge(Map<Cell, TrainingPlan> planned) {
        if (memory == null) {
            return;
        }
        List<String> problems = planned.entrySet().stream()
                .filter(each -> each.getValue().bytes() > bound())
                .map(each -> each.getKey().name() + " needs about "
                        + (each.getValue().bytes() >> MEBI) + " MiB")
                .sorted()
                .toList();
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "--memory " + memory + " is too little for them, so nothing was started");
        }
    }

    private CellExecutor executor(CellExecutor.Options options) {
        if (spark == null) {
            return new LocalPool(options, CellCommand.like(Main.class.getName()));
        }
        return ServiceLoader.load(CellExecutor.Provider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.id().equals("spark"))
                .findFirst()
                .orElseThrow(
                        () -> new UserException("--spark needs Apache Spark, which is not in this installation: start"
                                + " ./scedit from the source tree, which builds it in once, or make an installation with it by"
                                + " mvn -Pspark -pl distribution -am package"))
                .create(options);
    }

    /** A report that cannot be written does not end the runs. */
    private void reportQuietly(Path folder) {
        try {
            Report.write(folder);
        } catch (UserException e) {
            terminal.err().println(e.getMessage());
        }
    }

    private int told(SweepRun.Outcome outcome, Path folder) {
        terminal.out()
                .println(folder.resolve("report.html") + ": " + outcome.finished() + " done"
                        + (outcome.failed() == 0 ? "" : ", " + outcome.failed() + " failed")
                        + (outcome.stopped() == 0
                                ? ""
                                : ", " + outcome.stopped() + " to go on with: scedit ablate " + folder)
                        + (outcome.dropped() == 0 ? "" : ", " + outcome.dropped() + " not needed"));
        if (stop.getAsBoolean()) {
            return RunCommand.INTERRUPTED;
        }
        if (outcome.failed() > 0) {
            terminal.err()
                    .println("why runs failed: " + folder.resolve("cells") + "/*.error; they are done again by scedit"
                            + " ablate " + folder);
            return SOME_FAILED;
        }
        return 0;
    }
}
