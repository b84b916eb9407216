package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.scedit.core.report.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes one page about several runs. */
@Command(
        name = "compare",
        description = {
            "Compares runs on one page, report.html, and as report.csv and report.json: quality, spread over seeds, cost,"
                    + " losses, pictures, and which differences are more than noise.",
            "",
            "Runs that differ in nothing but their seed, and in what --replicates and --chosen name, are one group. Runs"
                    + " that are at work are shown as far as they are.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit compare runs/lora-0 runs/lora-1 runs/sc-tuner-0 runs/sc-tuner-1",
            "  scedit compare runs/embedded-* --output runs/methods",
            "  scedit compare runs/methods-style                a sweep's own page, as far as the sweep is",
            "  scedit compare runs/* --replicates data.styles --chosen train.learning_rate"
        })
final class CompareCommand implements Callable<Integer> {
    private static final Path DEFAULT_OUTPUT = Path.of("runs", "comparison");

    private final Terminal terminal;

    @Parameters(
            arity = "1..*",
            paramLabel = "RUN_FOLDER",
            description = "Folders of runs, or of sweeps, which stand for their cells.")
    private List<Path> runs;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description =
                    "Where the report goes; otherwise into runs/comparison, a single sweep's own into its folder.")
    private Optional<Path> output = Optional.empty();

    @Option(
            names = "--replicates",
            split = ",",
            paramLabel = "KEY",
            description = "Settings over which results are repeated as over seeds, such as data.styles: runs are paired"
                    + " over them and the seeds. In place of a sweep's own.")
    private List<String> replicates = List.of();

    @Option(
            names = "--chosen",
            split = ",",
            paramLabel = "KEY",
            description = "Settings that every method has its own best value of, such as train.learning_rate: they make"
                    + " no groups.")
    private List<String> chosen = List.of();

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        boolean sweep = runs.size() == 1 && Files.isRegularFile(runs.get(0).resolve("cells.json"));
        boolean own = sweep && output.isEmpty() && replicates.isEmpty() && chosen.isEmpty();
        Path page = own
                ? Report.write(runs.get(0))
                : Report.compare(runs, output.orElse(DEFAULT_OUTPUT), replicates, chosen);
        terminal.out().println(page);
        return 0;
    }
}
