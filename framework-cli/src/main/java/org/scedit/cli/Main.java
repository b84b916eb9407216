package org.scedit.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.DeviceChoice;
import org.scedit.core.engine.OutOfMemory;
import org.scedit.core.engine.Precision;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Names;
import org.scedit.core.sweep.CellCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code scedit} command. */
@Command(
        name = "scedit",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Tunes text-to-image diffusion models through their skip connections, from one recipe.",
        footer = {
            "",
            "Examples:",
            "  scedit run recipes/quickstart.yaml               tune and compare, in one command",
            "  scedit run recipes/quickstart.yaml train.steps=500",
            "  scedit generate --prompt \"a red circle\" --tuner runs/quickstart/tuners/sc-tuner.safetensors",
            "  scedit COMMAND --help                            everything about one command",
            "",
            "Exit status: 0 done; 1 an error of the program's; 2 a mistake in what was given; 3 some runs of a sweep",
            "failed; 130 interrupted (143 by SIGTERM)."
        })
public final class Main implements Runnable {
    private static final int USAGE_WIDTH = 110;
    /** The status of a process that SIGTERM ended. */
    private static final int TERMINATED = 143;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the versions of scedit and Java.")
    private boolean version;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show where an error came from.")
    private boolean verbose;

    /** Tells the versions. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "scedit " + PluginCatalogue.API_VERSION + ", Java " + System.getProperty("java.version")
            };
        }
    }

    private Main() {}

    /** Runs the command and ends the process with its status. */
    public static void main(String[] arguments) {
        CellCommand.endWithParent(() -> System.exit(TERMINATED));
        var terminal = Terminal.ofProcess();
        var stop = new StopSignal(terminal.err());
        int status;
        try {
            status = commandLine(terminal, stop).execute(arguments);
        } finally {
            stop.done();
        }
        System.exit(status);
    }

    /** The command with all its subcommands. */
    static CommandLine commandLine(Terminal terminal, StopSignal stop) {
        var main = new Main();
        var line = new CommandLine(main)
                .addSubcommand(new RunCommand(terminal, stop))
                .addSubcommand(new TrainCommand(terminal, stop))
                .addSubcommand(new CompareCommand(terminal))
                .addSubcommand(new AblateCommand(terminal, stop))
                .addSubcommand(new DiffCommand(terminal))
                .addSubcommand(new GenerateCommand(terminal))
                .addSubcommand(new AnnotateCommand(terminal))
                .addSubcommand(new ValidateCommand(terminal))
                .addSubcommand(new PlanCommand(terminal))
                .addSubcommand(
                        new CommandLine(new PluginsCommand(terminal)).addSubcommand(new NewPluginCommand(terminal)))
                .addSubcommand(new InspectCommand(terminal))
                .addSubcommand(new ConvertCommand(terminal))
                .addSubcommand(new DownloadCommand(terminal))
                .addSubcommand(new BenchCommand(terminal));
        return line.setOut(new PrintWriter(terminal.out(), true))
                .setErr(new PrintWriter(terminal.err(), true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.interactive() ? Ansi.AUTO : Ansi.OFF))
                .setUsageHelpWidth(USAGE_WIDTH)
                .registerConverter(DeviceChoice.class, text -> word(text, DeviceChoice.values()))
                .registerConverter(Precision.class, text -> word(text, Precision.values()))
                .registerConverter(TimestepSpacing.class, text -> word(text, TimestepSpacing.values()))
                .registerConverter(SamplerName.class, Main::sampler)
                .registerConverter(PredictionType.class, text -> word(text, PredictionType.values()))
                .setParameterExceptionHandler((e, arguments) -> misused(e, main.verbose))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command, main.verbose));
    }

    private static <E extends Enum<E>> E word(String text, E[] values) {
        return Arrays.stream(values)
                .filter(value -> value.name().equalsIgnoreCase(text.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + String.join(
                                ", ",
                                Arrays.stream(values)
                                        .map(value -> value.name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'))
                                        .toList())));
    }

    private static SamplerName sampler(String text) {
        return SamplerName.of(text)
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + String.join(", ", SamplerName.words())
                        + Names.nearest(text, SamplerName.words())
                                .map(near -> "; did you mean '" + near + "'?")
                                .orElse("")));
    }

    private static int misused(ParameterException e, boolean verbose) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("see " + command.getCommandSpec().qualifiedName() + " --help");
        if (verbose) {
            e.printStackTrace(err);
        }
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command, boolean verbose) {
        PrintWriter err = command.getErr();
        Optional<String> told = e instanceof UserException ? Optional.of(e.getMessage()) : OutOfMemory.told(e);
        boolean mistake = told.isPresent();
        err.println(told.orElse("internal error: " + e));
        if (verbose) {
            e.printStackTrace(err);
        } else if (!mistake) {
            err.println("this is a defect of scedit; the same command with --verbose shows where it happened");
        }
        return mistake ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }
}
