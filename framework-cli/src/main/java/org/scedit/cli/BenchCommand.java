package org.scedit.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.bench.Benchmark;
import org.scedit.core.engine.Precision;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.TunerSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures training steps. */
@Command(
        name = "bench",
        sortOptions = false,
        description = {
            "Measures training steps (forward, backward, AdamW) of a tuner on a U-Net of full size with random weights,"
                    + " and prints one line of JSON.",
            "",
            "seconds is the median of the steps; matmul_ms the median time of a product of two 2048x2048 matrices in the"
                    + " same precision, measured before and after them; step_over_matmul their ratio. With --swap, swap_ms is"
                    + " the median time from a tuner's file to the tuner on the loaded U-Net. On a CUDA device gpu_mib is what"
                    + " is in use of its memory after the steps, by all processes together.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  scedit bench --model sd15 --tuner sc-tuner --precision bfloat16 --batch 1 --latent 64 --steps 5",
            "  scedit bench --model sdxl --tuner lora --precision bfloat16 --latent 128 --checkpointing --steps 1 rank=8",
            "  scedit bench --model models/embedded --latent 8 --swap down_ratio=0.5",
            "  scedit bench --tuner lora --precision bfloat16 --profile --trace step.json rank=64",
            "  scedit bench --precision bfloat16 --steps 2 --table sc-tuner,lora:rank=64,controlnet:condition=canny"
        })
final class BenchCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            defaultValue = Benchmark.SD15,
            description =
                    "sd15, sd15-inpainting, sd21 or sdxl; or a model folder, a single file or a U-Net's config.json;"
                            + " default: ${DEFAULT-VALUE}.")
    private String model;

    @Option(
            names = "--tuner",
            paramLabel = "ID",
            defaultValue = "sc-tuner",
            description = "The tuning method; default: ${DEFAULT-VALUE}.")
    private String tuner;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "float32",
            description = "Of the frozen backbone: float32 or bfloat16; default: ${DEFAULT-VALUE}.")
    private Precision precision;

    @Mixin
    private DeviceOption device;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Pictures in a step; default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--latent",
            paramLabel = "SIDE",
            defaultValue = "64",
            description = "Side of the latents, an eighth of the pictures' for Stable Diffusion; default:"
                    + " ${DEFAULT-VALUE}.")
    private int latent;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "5",
            description = "Measured steps, after one to warm up; default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--swap",
            description = "Also measure how long it takes to put the tuner of a file on the loaded U-Net.")
    private boolean swap;

    @Option(
            names = "--checkpointing",
            description = "Compute layers again for their gradients, as train.gradient_checkpointing does.")
    private boolean checkpointing;

    @Option(
            names = "--evaluate",
            description =
                    "Measure evaluations without gradients, as drawing makes them, in place of training steps; with"
                            + " guidance, drawing a picture is a batch of 2.")
    private boolean evaluate;

    @Option(
            names = "--profile",
            description = "Also make one more step and tell on standard error where its time went, by operator.")
    private boolean profile;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Keep the profiled step's trace, which chrome://tracing shows; implies --profile.")
    private Path trace;

    @Option(
            names = "--table",
            paramLabel = "ID[:KEY=VALUE...]",
            split = ",",
            description =
                    "Measure these tuners, separated by commas, over all --batches and --latents, each in a process"
                            + " of its own: lines of JSON, then tables in Markdown. What would not fit this machine's memory is"
                            + " left out.")
    private List<String> table = List.of();

    @Option(
            names = "--batches",
            paramLabel = "N,...",
            split = ",",
            defaultValue = "1,2,4,8",
            description = "Of --table; default: ${DEFAULT-VALUE}.")
    private List<Integer> batches;

    @Option(
            names = "--latents",
            paramLabel = "SIDE,...",
            split = ",",
            defaultValue = "32,48,64,96",
            description = "Of --table; default: ${DEFAULT-VALUE}.")
    private List<Integer> latents;

    @Parameters(paramLabel = "KEY=VALUE", description = "Settings of the tuner, such as down_ratio=0.5.")
    private List<String> settings = List.of();

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        device.use();
        try (PluginCatalogue plugins = Home.plugins()) {
            if (table.isEmpty()) {
                if (trace != null
                        && (Files.isDirectory(trace)
                                || !Files.isDirectory(trace.toAbsolutePath().getParent()))) {
                    throw new UserException("--trace " + trace + ": is no file in a folder that is there");
                }
                Benchmark benchmark = benchmark(plugins, tuner, settings, batch, latent);
                terminal.out().println(benchmark.run(terminal.err()::println).json());
            } else {
                measureTable(plugins);
            }
        }
        return 0;
    }

    private void measureTable(PluginCatalogue plugins) {
        var cells = new BenchTable(terminal, model, precision, device.choice(), steps, checkpointing, batches, latents);
        for (String each : table) { // a mistake is told before hours of measuring
            List<String> parts = List.of(each.split(":"));
            benchmark(plugins, parts.get(0), parts.subList(1, parts.size()), batches.get(0), latents.get(0));
        }
        List<String> tables = new ArrayList<>();
        for (String each : table) {
            List<String> parts = List.of(each.split(":"));
            String id = parts.get(0);
            List<String> own = parts.subList(1, parts.size());
            tables.add(cells.measure(id, own, cell -> benchmark(plugins, id, own, cell.batch(), cell.latent())));
        }
        tables.forEach(each -> terminal.out().print("\n" + each));
    }

    private Benchmark benchmark(PluginCatalogue plugins, String id, List<String> own, int pictures, int side) {
        var measured = new Benchmark.Settings(
                precision,
                pictures,
                side,
                steps,
                swap,
                checkpointing,
                evaluate,
                profile || trace != null,
                Optional.ofNullable(trace));
        TunerProvider<?> provider = plugins.tuners().get(id);
        if (provider == null) {
            throw new UserException((table.isEmpty() ? "--tuner" : "--table") + " '" + id + "': no plugin is named so; "
                    + (plugins.tuners().isEmpty()
                            ? "none is installed"
                            : "there are " + String.join(", ", plugins.tuners().keySet())));
        }
        Record config = TunerSettings.read(yaml(own), provider, "settings of '" + id + "'");
        return new Benchmark(model, provider, config, measured);
    }

    private static String yaml(List<String> settings) {
        for (String setting : settings) {
            if (setting.indexOf('=') < 1) {
                throw new UserException("'" + setting + "' is no setting; write KEY=VALUE, such as down_ratio=0.5");
            }
        }
        return settings.stream()
                .map(setting -> setting.replaceFirst("=", ": "))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
