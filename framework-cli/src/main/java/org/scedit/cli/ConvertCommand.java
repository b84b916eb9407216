package org.scedit.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;
import org.scedit.core.hub.HubModel;
import org.scedit.core.hub.HubModels;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.inspect.RecognisedFile;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.weights.WeightTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rewrites a tuner's weights as another tool has them, or as this one has them. */
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Rewrites a tuner's file in another tool's format, or another tool's file in scedit's. Every weight is used,"
                    + " or nothing is written.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit convert --to kohya --model stable-diffusion-v1-5 runs/lora/tuners/lora.safetensors kohya.safetensors",
            "  scedit convert --to scedit --model stable-diffusion-v1-5 pytorch_lora_weights.safetensors mine.safetensors",
            "  scedit convert --to peft --model stable-diffusion-v1-5 kohya.safetensors adapter/"
        })
final class ConvertCommand implements Callable<Integer> {
    private static final String OWN = "scedit";

    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            description =
                    "A safetensors or PyTorch file (.bin, .pt, .pth, .ckpt; nothing in it is run), or a folder with"
                            + " one and its configuration.")
    private Path in;

    @Option(
            names = "--to",
            paramLabel = "FORMAT",
            required = true,
            description = "scedit, or a format of the file's method, such as diffusers, peft, kohya, scepter, swift; a"
                    + " wrong one lists them.")
    private String to;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description =
                    "A name ending in .safetensors, or in .bin, .pt, .pth or .ckpt for PyTorch: the file. Otherwise"
                            + " a folder, for formats with a configuration file.")
    private Path out;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "The base model, a folder in diffusers' layout; only its configuration is read. Default: the"
                    + " one that the recipe in the file names.")
    private Path model;

    @Option(
            names = "--method",
            paramLabel = "ID",
            description = "Method of a file that does not say it itself and is not recognised.")
    private Optional<String> method = Optional.empty();

    @Option(
            names = "--settings",
            paramLabel = "YAML",
            description = "The method's settings for such a file, such as '{down_ratio: 0.5}'.")
    private Optional<String> settings = Optional.empty();

    @Option(names = "--force", description = "Replace what is there.")
    private boolean force;

    ConvertCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        TunerFile file = TunerFile.open(in);
        try (PluginCatalogue plugins = Home.plugins()) {
            RecognisedFile<?> recognised = file.recognise(plugins, new TunerFile.Unlabelled(method, settings));
            if (to.equals(OWN) && file.metadata().containsKey("scedit.method")) {
                throw new UserException(in + ": is of the format " + OWN + " already");
            }
            WeightFile content =
                    recognised.convert(ModelSummary.read(model(file)).unet()).to(to, WeightTarget.holdsMetadata(out));
            WeightTarget target = WeightTarget.of(out, content);
            if (!force) {
                target.requireNew();
            }
            target.write(content);
            terminal.err().println(recognised + " -> " + to);
            target.files().forEach(terminal.out()::println);
        }
        return 0;
    }

    private static Optional<Path> cached(HubModel model) {
        return HubModels.ofProcess().cached(model, Optional.empty()).map(HubModels.Located::folder);
    }

    private Path model(TunerFile file) {
        return Optional.ofNullable(model)
                .or(file::model)
                .or(() -> file.hubModel().flatMap(ConvertCommand::cached))
                .orElseThrow(
                        () -> new UserException(in + ": does not say which base model it is for; give --model DIR, a"
                                + " model folder in diffusers' layout"));
    }
}
