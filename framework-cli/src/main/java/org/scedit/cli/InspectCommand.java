package org.scedit.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.scedit.api.FeaturePoint;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;
import org.scedit.core.UserException;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.inspect.RecognisedFile;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.UNet;
import org.scedit.core.model.single.SingleFile;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.weights.WeightSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a model offers to tuners, or what a tuner file holds. */
@Command(
        name = "inspect",
        description = {
            "Shows the hook points of a model, or what a tuner's file of any tool holds. Loads no model's weights.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit inspect models/embedded",
            "  scedit inspect models/embedded --layers",
            "  scedit inspect v1-5-pruned.safetensors",
            "  scedit inspect runs/quickstart/tuners/sc-tuner.safetensors",
            "  scedit inspect pytorch_lora_weights.safetensors --model stable-diffusion-v1-5"
        })
final class InspectCommand implements Callable<Integer> {
    private static final String RECIPE = "scedit.recipe";

    private final Terminal terminal;

    @Parameters(
            paramLabel = "MODEL|TUNER_FILE",
            description =
                    "A model folder in diffusers' layout, the config.json of a U-Net, a single file with a whole model,"
                            + " or a tuner: a safetensors or PyTorch file, or a folder with one and its configuration.")
    private Path target;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "For a tuner: the base model, to tell its settings and what each weight is for.")
    private Path model;

    @Option(
            names = "--config",
            paramLabel = "DIR",
            description = "For a single file: a folder in diffusers' layout whose config.json files describe it.")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--layers", description = "Also list every layer of the U-Net by its path.")
    private boolean layers;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (target.toString().endsWith(".json") || Files.isDirectory(target) && !isTuner()) {
            model(ModelSummary.read(target));
        } else if (Files.isRegularFile(target) && SingleFile.isModel(target)) {
            Optional<Path> none = Optional.empty();
            model(ModelSummary.read(ModelParts.open(
                    new ModelPaths(target, Optional.empty(), config, none, none, none, none, Optional.empty()))));
        } else {
            tuner(TunerFile.open(target));
        }
        return 0;
    }

    /** A folder of weights that is no model's and no U-Net's. */
    private boolean isTuner() {
        Path config = target.resolve("config.json");
        try {
            boolean unet =
                    Files.isRegularFile(config) && Files.readString(config).contains("\"UNet2DConditionModel\"");
            return !unet && !Files.isDirectory(target.resolve("unet")) && WeightSource.isIn(target);
        } catch (IOException e) {
            return false; // told when it is read as a model
        }
    }

    private void model(ModelSummary model) {
        var out = terminal.out();
        model.notices().forEach(out::println);
        long linear = model.unet().layout().layers().stream()
                .filter(layer -> layer.kind() == LayerPoint.Kind.LINEAR)
                .count();
        int all = model.unet().layout().layers().size();
        var facts = new Table()
                .row("U-Net", model.config())
                .row("parameters", number(model.unet().parameters().count()))
                .row(
                        "latents",
                        model.unet().inChannels() + " channels, " + model.unet().sampleSize() + "x"
                                + model.unet().sampleSize())
                .row("text states", "width " + model.unet().textChannels())
                .row("layers", all + ": " + linear + " linear, " + (all - linear) + " convolutions")
                .row("skips", model.unet().layout().skips().size());
        part(facts, "autoencoder", model.autoencoder());
        part(facts, "text encoder", model.textEncoder());
        part(facts, "text encoder 2", model.textEncoder2());
        facts.print(out);
        out.println();
        out.println("Skip connections, in decoder order (0 = deepest):");
        var skips = new Table().row("SKIP", "CHANNELS", "DOWNSAMPLING", "CONSUMER");
        for (SkipPoint skip : model.unet().layout().skips()) {
            skips.row(skip.index(), skip.channels(), skip.downsampling(), skip.consumer());
        }
        skips.print(out);
        out.println();
        out.println("Features, in forward order:");
        var features = new Table().row("FEATURE", "CHANNELS", "DOWNSAMPLING");
        for (FeaturePoint feature : model.unet().layout().features()) {
            features.row(feature.name(), feature.channels(), feature.downsampling());
        }
        features.print(out);
        if (layers) {
            out.println();
            out.println("Layers, in forward order:");
            var table = new Table().row("KIND", "IN", "OUT", "KERNEL", "PATH");
            for (LayerPoint layer : model.unet().layout().layers()) {
                table.row(
                        layer.kind().name().toLowerCase(Locale.ROOT),
                        layer.inChannels(),
                        layer.outChannels(),
                        layer.kernel(),
                        layer.path());
            }
            table.print(out);
        }
    }

    private static void part(Table facts, String name, OptionalLong parameters) {
        if (parameters.isPresent()) {
            facts.row(name, number(parameters.getAsLong()) + " parameters");
        }
    }

    private void tuner(TunerFile file) {
        var out = terminal.out();
        out.println(file.path() + ": " + file.tensors().size() + " tensors, " + number(file.parameters()) + " numbers");
        out.println();
        if (file.metadata().isEmpty()) {
            out.println("The file says nothing of itself (no metadata).");
        } else {
            var table = new Table();
            Map<String, String> metadata = new TreeMap<>(file.metadata());
            String recipe = metadata.remove(RECIPE);
            metadata.forEach(table::row);
            table.print(out);
            if (recipe != null) {
                out.println();
                out.println("The recipe that made it:");
                recipe.lines().forEach(line -> out.println(("  " + line).stripTrailing()));
            }
        }
        out.println();
        Map<String, String> targets = recognised(file);
        out.println();
        var tensors = new Table();
        if (model == null) {
            tensors.row("TENSOR", "TYPE", "SHAPE");
        } else {
            tensors.row("TENSOR", "TYPE", "SHAPE", "TARGET");
        }
        for (WeightSource.Entry entry : file.tensors()) {
            String type = entry.dtype().name().toLowerCase(Locale.ROOT);
            String shape = Arrays.toString(entry.shape());
            if (model == null) {
                tensors.row(entry.name(), type, shape);
            } else {
                tensors.row(entry.name(), type, shape, targets.getOrDefault(entry.name(), "-"));
            }
        }
        tensors.print(out);
    }

    /**
     * Prints method and format, and with a model the settings or why the file does not fit.
     *
     * @return with a model, what the weights are for
     */
    private Map<String, String> recognised(TunerFile file) {
        var out = terminal.out();
        try (PluginCatalogue plugins = Home.plugins()) {
            RecognisedFile<?> recognised;
            try {
                recognised = file.recognise(plugins, TunerFile.Unlabelled.UNKNOWN);
            } catch (UserException e) {
                out.println(e.getMessage());
                return Map.of();
            }
            var facts = new Table().row("method", recognised.provider().id()).row("format", recognised.formatId());
            if (model == null) {
                facts.print(out);
                return Map.of();
            }
            UNet unet = ModelSummary.read(model).unet();
            try {
                RecognisedFile.Converted<?> fitted = recognised.convert(unet);
                facts.row("settings", fitted.settings()).row("fits", model).print(out);
                return fitted.targets();
            } catch (UserException e) {
                facts.print(out);
                out.println(e.getMessage());
                return Map.of();
            }
        }
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
