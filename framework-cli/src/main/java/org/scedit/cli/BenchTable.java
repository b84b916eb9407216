package org.scedit.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.scedit.core.bench.Benchmark;
import org.scedit.core.bench.CostTable;
import org.scedit.core.bench.CostTable.Cell;
import org.scedit.core.engine.DeviceChoice;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.job.Memory;
import org.scedit.core.sweep.CellCommand;

/** Measures a tuner's steps over batches and sizes, each in a process of its own: a peak of memory is a process's. */
final class BenchTable {
    private final Terminal terminal;
    private final String model;
    private final Precision precision;
    private final DeviceChoice device;
    private final int steps;
    private final boolean checkpointing;
    private final List<Integer> batches;
    private final List<Integer> latents;

    BenchTable(
            Terminal terminal,
            String model,
            Precision precision,
            DeviceChoice device,
            int steps,
            boolean checkpointing,
            List<Integer> batches,
            List<Integer> latents) {
        this.terminal = terminal;
        this.model = model;
        this.precision = precision;
        this.device = device;
        this.steps = steps;
        this.checkpointing = checkpointing;
        this.batches = batches;
        this.latents = latents;
    }

    /**
     * Measures one tuner and prints a line of JSON for each cell.
     *
     * @param tuner    its id
     * @param settings each {@code KEY=VALUE}
     * @param benchmark that of a cell
     * @return the table in Markdown
     */
    String measure(String tuner, List<String> settings, Function<Cell, Benchmark> benchmark) {
        String what = settings.isEmpty() ? tuner : tuner + " " + String.join(" ", settings);
        var table = new CostTable("`" + what + "`, " + precision.name().toLowerCase(Locale.ROOT), batches, latents);
        for (int batch : batches) {
            for (int latent : latents) {
                var cell = new Cell(batch, latent);
                // what the processor's memory takes; a step that is too large for a CUDA device fails by itself
                long available = Torch.device().isGpu() ? 0 : Memory.availableMebibytes();
                long needed = available > 0 ? benchmark.apply(cell).estimate().bytes() >> 20 : 0;
                if (needed > available) {
                    String reason = String.format(Locale.ROOT, "left out: about %,d MiB", needed);
                    terminal.err()
                            .printf(
                                    Locale.ROOT,
                                    "%s, batch %d, latents %dx%d: %s, of %,d available%n",
                                    what,
                                    batch,
                                    latent,
                                    latent,
                                    reason,
                                    available);
                    table.missing(cell, reason);
                } else {
                    measure(table, cell, tuner, settings);
                }
            }
        }
        return table.markdown();
    }

    private void measure(CostTable table, Cell cell, String tuner, List<String> settings) {
        List<String> command = new ArrayList<>(CellCommand.like(Main.class.getName()));
        command.addAll(List.of("bench", "--model", model, "--tuner", tuner, "--precision", precision.name()));
        command.addAll(List.of("--device", device.name()));
        command.addAll(List.of("--batch", "" + cell.batch(), "--latent", "" + cell.latent(), "--steps", "" + steps));
        if (checkpointing) {
            command.add("--checkpointing");
        }
        command.addAll(settings);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            if (status == 0) {
                terminal.out().println(out);
                table.measured(cell, out);
            } else {
                terminal.err().println("ended with status " + status + ": " + String.join(" ", command));
                table.missing(cell, "failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a step was measured", e);
        }
    }
}
