package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.scedit.api.LayerPoint;
import org.scedit.api.SkipPoint;
import org.scedit.core.inspect.ModelSummary;
import org.scedit.core.inspect.TunerFile;
import org.scedit.core.weights.SafetensorsFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what a model offers to tuners, or what a tuner file holds. */
@Command(
        name = "inspect",
        description = {"Shows the hook points of a model, or what a tuner file holds. Loads no weights.", ""},
        footer = {
            "",
            "Examples:",
            "  scedit inspect models/embedded",
            "  scedit inspect models/embedded --layers",
            "  scedit inspect runs/quickstart/tuners/sc-tuner.safetensors"
        })
final class InspectCommand implements Callable<Integer> {
    private static final String RECIPE = "scedit.recipe";

    private final Terminal terminal;

    @Parameters(
            paramLabel = "MODEL_DIR|TUNER_FILE",
            description = "A model folder in diffusers' layout, the config.json of a U-Net, or a safetensors file.")
    private Path target;

    @Option(names = "--layers", description = "Also list every layer of the U-Net by its path.")
    private boolean layers;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (Files.isDirectory(target) || target.toString().endsWith(".json")) {
            model(ModelSummary.read(target));
        } else {
            tuner(TunerFile.open(target));
        }
        return 0;
    }

    private void model(ModelSummary model) {
        var out = terminal.out();
        long linear = model.layout().layers().stream()
                .filter(layer -> layer.kind() == LayerPoint.Kind.LINEAR)
                .count();
        int all = model.layout().layers().size();
        var facts = new Table()
                .row("U-Net", model.config())
                .row("parameters", number(model.unet()))
                .row("latents", model.channels() + " channels, " + model.sampleSize() + "x" + model.sampleSize())
                .row("text states", "width " + model.textWidth())
                .row("layers", all + ": " + linear + " linear, " + (all - linear) + " convolutions")
                .row("skips", model.layout().skips().size());
        part(facts, "autoencoder", model.autoencoder());
        part(facts, "text encoder", model.textEncoder());
        facts.print(out);
        out.println();
        out.println("Skip connections, in decoder order (0 = deepest):");
        var skips = new Table().row("SKIP", "CHANNELS", "DOWNSAMPLING", "CONSUMER");
        for (SkipPoint skip : model.layout().skips()) {
            skips.row(skip.index(), skip.channels(), skip.downsampling(), skip.consumer());
        }
        skips.print(out);
        if (layers) {
            out.println();
            out.println("Layers, in forward order:");
            var table = new Table().row("KIND", "IN", "OUT", "KERNEL", "PATH");
            for (LayerPoint layer : model.layout().layers()) {
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
        var tensors = new Table().row("TENSOR", "TYPE", "SHAPE");
        for (SafetensorsFile.Entry entry : file.tensors()) {
            tensors.row(entry.name(), entry.dtype().name().toLowerCase(Locale.ROOT), Arrays.toString(entry.shape()));
        }
        tensors.print(out);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
